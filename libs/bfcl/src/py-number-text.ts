import { pyStrip } from './py-text.ts';

const INTEGER = /^[+-]?\p{Nd}+(?:_\p{Nd}+)*$/u;
const FLOAT = /^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?$/;
const NAMED = /^([+-]?)(?:(inf(?:inity)?)|nan)$/i;
/** Python refuses to convert longer decimal texts to an integer. */
const MAX_DIGITS = 4300;

/** Text with every decimal digit of Unicode as its ASCII digit. Digits come in runs of ten code points. */
function asciiDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => {
    if (digit <= '9') return digit;
    let zero = digit.codePointAt(0)!;
    while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1)) && digit.codePointAt(0)! - zero < 9) zero--;
    return String(digit.codePointAt(0)! - zero);
  });
}

/** Python `int(text)`, or undefined where it raises. */
export function pyIntOf(text: string): bigint | undefined {
  const body = pyStrip(text);
  if (body.length > 2 * MAX_DIGITS || !INTEGER.test(body)) return undefined;
  const digits = asciiDigits(body.replaceAll('_', '')).replace('+', '');
  return digits.replace('-', '').length > MAX_DIGITS ? undefined : BigInt(digits);
}

/** Python `float(text)`, or undefined where it raises. */
export function pyFloatOf(text: string): number | undefined {
  const body = asciiDigits(pyStrip(text));
  if (FLOAT.test(body)) return Number(body.replaceAll('_', ''));
  const named = NAMED.exec(body);
  if (named === null) return undefined;
  if (named[2] === undefined) return Number.NaN;
  return named[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
