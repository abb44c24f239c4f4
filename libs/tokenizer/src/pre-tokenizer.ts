/**
 * A run of letters, or any other single character: digit, white space and punctuation each stand alone. A space is its own
 * token on purpose: glued to the next word, the word in a request and the word after a quote would be different ids, and
 * copying a value would become a mapping instead of a copy (specs: miniature, section 1).
 */
export const SPLIT_PATTERN = '\\p{L}+|\\P{L}';

const split = new RegExp(SPLIT_PATTERN, 'gu');

/** Pre-tokens of a text, in order; their concatenation is the text. */
export function preTokenize(text: string): string[] {
  return text.match(split) ?? [];
}
