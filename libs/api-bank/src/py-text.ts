/**
 * What Python's `str.isspace` and `\s` take for white space, as the inside of a character class: unlike JavaScript's `\s` with U+001C to
 * U+001F and U+0085, without U+FEFF.
 */
export const SPACE = '\\t\\n\\v\\f\\r\\x1c-\\x1f \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const LEADING = new RegExp(`^[${SPACE}]+`);
const ONE = new RegExp(`[${SPACE}]`);
const RUN = new RegExp(`[${SPACE}]+`);

export function isSpace(char: string): boolean {
  return ONE.test(char);
}

/** Python `str.strip()`. The end is searched backwards by hand: an anchored pattern would try every run of spaces inside. */
export function pyStrip(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text[end - 1]!)) end--;
  return text.slice(0, end).replace(LEADING, '');
}

/** Python `str.split()`: words between runs of white space, no empty ones. */
export function pySplit(text: string): string[] {
  return text.split(RUN).filter((word) => word !== '');
}

/** Python `str.zfill(width)`: zeros go behind a sign. */
export function pyZfill(text: string, width: number): string {
  const sign = /^[+-]/.exec(text)?.[0] ?? '';
  const length = [...text].length;
  return length >= width ? text : sign + '0'.repeat(width - length) + text.slice(sign.length);
}

/** Python `<` between two texts: by code point, where JavaScript compares UTF-16 units. */
export function compareText(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  const shared = Math.min(left.length, right.length);
  for (let i = 0; i < shared; i++) {
    const difference = left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

const DECIMAL = /^\p{Nd}$/u;

/** Value of one decimal digit of any script. Digits of a script are ten code points in a row that start at zero, runs included. */
function digitValue(char: string): number {
  const code = char.codePointAt(0)!;
  let start = code;
  while (DECIMAL.test(String.fromCodePoint(start - 1))) start--;
  return (code - start) % 10;
}

/** The digits of any script as ASCII digits: what Python's `int` and `float` read. */
export function asciiDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (char) => String(digitValue(char)));
}

/** Python `str.isdigit()`: decimals of any script and digits such as superscripts, which `int` then refuses. */
export function isDigits(text: string): boolean {
  return /^[\p{Nd}²³¹⁰⁴-⁹₀-₉①-⑨⑴-⑼⒈-⒐⓪⓵-⓽⓿❶-❾➀-➈➊-➒]+$/u.test(text);
}
