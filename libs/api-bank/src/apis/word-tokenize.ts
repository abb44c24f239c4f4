import { isSpace, pySplit } from '../py-text.ts';

type Rule = readonly [pattern: RegExp, replacement: string];

const STARTING_QUOTES: readonly Rule[] = [
  [/([«“‘„]|`+)/g, ' $1 '],
  [/^"/, '``'],
  [/(``)/g, ' $1 '],
  [/([ ([{<])("|'{2})/g, '$1 `` '],
  [/(')(?!re|ve|ll|m|t|s|d|n)([\p{L}\p{N}_])(?![\p{L}\p{N}_])/giu, '$1 $2'],
];
const PUNCTUATION: readonly Rule[] = [
  [/([:,])([^\p{Nd}])/gu, ' $1 $2'],
  [/([:,])$/, ' $1 '],
  [/\.{2,}/g, ' $& '],
  [/[;@#$%&]/g, ' $& '],
];
const MARKS: readonly Rule[] = [
  [/[?!]/g, ' $& '],
  [/([^'])' /g, "$1 ' "],
  [/[*]/g, ' $& '],
  [/[\][(){}<>]/g, ' $& '],
  [/--/g, ' -- '],
];
const ENDING_QUOTES: readonly Rule[] = [
  [/([»”’])/g, ' $1 '],
  [/''/g, " '' "],
  [/"/g, " '' "],
  [/([^' ])('[sS]|'[mM]|'[dD]|') /g, '$1 $2 '],
  [/([^' ])('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) /g, '$1 $2 '],
];
const CONTRACTIONS: readonly Rule[] = [
  [/\b(can)(not)\b/gi, ' $1 $2 '],
  [/\b(d)('ye)\b/gi, ' $1 $2 '],
  [/\b(gim)(me)\b/gi, ' $1 $2 '],
  [/\b(gon)(na)\b/gi, ' $1 $2 '],
  [/\b(got)(ta)\b/gi, ' $1 $2 '],
  [/\b(lem)(me)\b/gi, ' $1 $2 '],
  [/\b(more)('n)\b/gi, ' $1 $2 '],
  [/\b(wan)(na)(?=\s)/gi, ' $1 $2 '],
  [/ ('t)(is)\b/gi, ' $1 $2 '],
  [/ ('t)(was)\b/gi, ' $1 $2 '],
];

/** Sets a full stop at the end apart, with the brackets and quotes behind it. Searched from the end, so that it stays linear. */
function splitFinalStop(text: string, closers: string): string {
  let end = text.length;
  while (end > 0 && (isSpace(text[end - 1]!) || closers.includes(text[end - 1]!))) end--;
  if (end < 2 || text[end - 1] !== '.' || text[end - 2] === '.') return text;
  let close = end;
  while (close < text.length && closers.includes(text[close]!)) close++;
  for (let i = close; i < text.length; i++) if (!isSpace(text[i]!)) return text;
  return `${text.slice(0, end - 1)} . ${text.slice(end, close)} `;
}

function apply(text: string, rules: readonly Rule[]): string {
  return rules.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text);
}

/** Words of a text as NLTK's `word_tokenize` separates them, taken as one sentence. */
export function wordTokenize(text: string): string[] {
  let result = apply(text, STARTING_QUOTES);
  result = splitFinalStop(result, ']})>"\'»”’ ');
  result = apply(result, PUNCTUATION);
  result = splitFinalStop(result, ']})>"\'');
  result = apply(result, MARKS);
  result = apply(` ${result} `, ENDING_QUOTES);
  return pySplit(apply(result, CONTRACTIONS));
}
