import { unescapeBody } from './py-string-literal.ts';
import { PySyntaxError } from './py-syntax-error.ts';
import type { PyBytes, PyComplex } from './py-value.ts';

/**
 * `name` is NFKC-normalised. `number` and `string` carry their value; an f-string carries its source. `newline` ends a logical
 * line outside brackets.
 */
export type PyToken =
  | { type: 'name'; text: string }
  | { type: 'number'; value: bigint | number | PyComplex }
  | { type: 'string'; value: string | PyBytes; unicodePrefix: boolean }
  | { type: 'fstring'; source: string }
  | { type: 'op'; text: string }
  | { type: 'newline' }
  | { type: 'end' };

const NAME = /[\p{XID_Start}_][\p{XID_Continue}]*/uy;
const NUMBER_STARTS = /\.?\d/y;
const RADIX = /0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+/y;
const DECIMAL = /(?:\d(?:_?\d)*)?(\.(?:\d(?:_?\d)*)?)?([eE][+-]?\d(?:_?\d)*)?([jJ])?/y;
/** What may follow a number without white space although it starts with a letter. */
const KEYWORD_AFTER_NUMBER = /and|else|for|i[fns]|or|not/y;
const PREFIX = /([bB][rR]?|[rR][bB]?|[uU]|[fF][rR]?|[rR][fF])?("""|'''|"|')/y;
const OPERATORS =
  /\*\*=|\/\/=|>>=|<<=|\.\.\.|!=|->|\+=|-=|\*=|\/=|%=|&=|\|=|\^=|@=|==|<=|>=|<<|>>|\*\*|\/\/|:=|[-+*/%@&|^~<>()[\]{},:.;=]/y;
/** Limits of CPython: nesting of brackets, and digits of a decimal integer. */
const MAX_NESTING = 200;
const MAX_DIGITS = 4300;

function matchAt(pattern: RegExp, text: string, pos: number): RegExpExecArray | null {
  pattern.lastIndex = pos;
  return pattern.exec(text);
}

function readNumber(text: string, pos: number): { token: PyToken; length: number } {
  const radix = matchAt(RADIX, text, pos);
  const decimal = matchAt(DECIMAL, text, pos)!;
  const source = (radix ?? decimal)[0];
  const after = text.slice(pos + source.length, pos + source.length + 1);
  if (/[\p{XID_Continue}\u0080-\uffff]/u.test(after) && !matchAt(KEYWORD_AFTER_NUMBER, text, pos + source.length)) {
    throw new PySyntaxError('invalid number');
  }
  const digits = source.replaceAll('_', '');
  if (radix) return { token: { type: 'number', value: BigInt(digits.toLowerCase()) }, length: source.length };
  const [, fraction, exponent, imaginary] = decimal;
  if (imaginary) {
    const value: PyComplex = { kind: 'complex', re: 0, im: Number(digits.slice(0, -1)) };
    return { token: { type: 'number', value }, length: source.length };
  }
  if (fraction !== undefined || exponent !== undefined) {
    return { token: { type: 'number', value: Number(digits) }, length: source.length };
  }
  if (/^0+[1-9]/.test(digits) || digits.length > MAX_DIGITS) throw new PySyntaxError('invalid integer');
  return { token: { type: 'number', value: BigInt(digits) }, length: source.length };
}

function stringEnd(text: string, start: number, quote: string): number {
  for (let pos = start; pos < text.length; pos++) {
    if (text[pos] === '\\') pos++;
    else if (text.startsWith(quote, pos)) return pos;
    else if (text[pos] === '\n' && quote.length === 1) break;
  }
  throw new PySyntaxError('unterminated string');
}

function readString(text: string, pos: number, found: RegExpExecArray): { token: PyToken; length: number } {
  const prefix = (found[1] ?? '').toLowerCase();
  const quote = found[2]!;
  const start = pos + found[0].length;
  const end = stringEnd(text, start, quote);
  const length = end + quote.length - pos;
  if (prefix.includes('f')) return { token: { type: 'fstring', source: text.slice(pos, pos + length) }, length };
  const bytes = prefix.includes('b');
  const body = text.slice(start, end);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is exactly ASCII
  if (bytes && !/^[\x00-\x7f]*$/.test(body)) throw new PySyntaxError('bytes can only contain ASCII');
  const value = prefix.includes('r') ? body : unescapeBody(body, bytes);
  return {
    token: { type: 'string', value: bytes ? { kind: 'bytes', value } : value, unicodePrefix: prefix === 'u' },
    length,
  };
}

/**
 * Tokens of a Python 3.11 expression, with the line rules of the tokenizer: line breaks count only outside brackets, a first line
 * that is indented is an error, comments and blank lines vanish. Throws `PySyntaxError`.
 */
export function tokenizePython(source: string): PyToken[] {
  // A lone surrogate cannot be encoded; in Unicode mode only lone ones match.
  if (/[\0\ud800-\udfff]/u.test(source)) throw new PySyntaxError('source cannot be encoded');
  const text = source.replace(/\r\n?/g, '\n');
  const tokens: PyToken[] = [];
  const open: string[] = [];
  let pos = 0;
  let indented = /^[ \t]/.test(text);
  while (pos < text.length) {
    const char = text[pos]!;
    if (char === ' ' || char === '\t' || char === '\f') {
      if (char === '\f') indented = false;
      else if (pos === 0 || text[pos - 1] === '\n' || text[pos - 1] === '\f') indented = true;
      pos++;
      continue;
    }
    if (char === '#') {
      while (pos < text.length && text[pos] !== '\n') pos++;
      continue;
    }
    if (char === '\n') {
      if (open.length === 0) {
        if (tokens.length > 0 && tokens.at(-1)!.type !== 'newline') tokens.push({ type: 'newline' });
        indented = false;
      }
      pos++;
      continue;
    }
    if (char === '\\') {
      if (text[pos + 1] !== '\n' || pos + 2 >= text.length) throw new PySyntaxError('stray backslash');
      pos += 2;
      continue;
    }
    if (tokens.length === 0 && indented) throw new PySyntaxError('unexpected indent');
    const string = matchAt(PREFIX, text, pos);
    if (string) {
      const { token, length } = readString(text, pos, string);
      tokens.push(token);
      pos += length;
      continue;
    }
    if (matchAt(NUMBER_STARTS, text, pos)) {
      const { token, length } = readNumber(text, pos);
      tokens.push(token);
      pos += length;
      continue;
    }
    const name = matchAt(NAME, text, pos)?.[0];
    if (name !== undefined) {
      tokens.push({ type: 'name', text: name.normalize('NFKC') });
      pos += name.length;
      continue;
    }
    const operator = matchAt(OPERATORS, text, pos)?.[0];
    if (operator === undefined) throw new PySyntaxError(`invalid character at ${pos}`);
    if ('([{'.includes(operator)) {
      open.push(operator);
      if (open.length >= MAX_NESTING) throw new PySyntaxError('too many nested brackets');
    } else if (')]}'.includes(operator) && '([{'.indexOf(open.pop() ?? '?') !== ')]}'.indexOf(operator)) {
      throw new PySyntaxError('brackets do not match');
    }
    tokens.push({ type: 'op', text: operator });
    pos += operator.length;
  }
  if (open.length > 0) throw new PySyntaxError('bracket was never closed');
  tokens.push({ type: 'end' });
  return tokens;
}
