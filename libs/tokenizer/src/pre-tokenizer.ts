/**
 * A run of letters, one or two digits, or any other single character: white space and punctuation each stand alone. A space is
 * its own token on purpose: glued to the next word, the word in a request and the word after a quote would be different ids,
 * and copying a value would become a mapping instead of a copy (specs: miniature, section 1). Pairs of digits, where the
 * miniature study had single ones, make a month, day, hour or minute one token: a small model copies those, and misplaces digits.
 */
export const SPLIT_PATTERN = '\\p{L}+|\\p{N}{1,2}|[^\\p{L}\\p{N}]';

const split = new RegExp(SPLIT_PATTERN, 'gu');

/** Pre-tokens of a text, in order; their concatenation is the text. */
export function preTokenize(text: string): string[] {
  return text.match(split) ?? [];
}
