/** Line ends of Python's `str.splitlines`. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the separators of ASCII are line ends in Python
const LINE_END = /\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]/;
/** White space of Python's `str.split()` and `str.strip()`. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the separators of ASCII are white space in Python
const SPACES = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

/** Python `text.splitlines()`: no empty line after a final line end. */
export function splitLines(text: string): string[] {
  const lines = text.split(LINE_END);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Python `text.split()`. */
export function splitWords(text: string): string[] {
  return text.split(SPACES).filter((word) => word !== '');
}

/** Python `len(text)`: code points. */
export function textLength(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length - 1; i++) {
    const unit = text.charCodeAt(i);
    const next = text.charCodeAt(i + 1);
    if (unit >= 0xd800 && unit < 0xdc00 && next >= 0xdc00 && next < 0xe000) {
      length--;
      i++;
    }
  }
  return length;
}

/** Order of Python strings: by code point, so that characters beyond the basic plane come last. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left === right) continue;
    const surrogates = [left, right].map((unit) => unit >= 0xd800 && unit < 0xe000);
    return surrogates[0] === surrogates[1] ? left - right : surrogates[0] ? 1 : -1;
  }
  return a.length - b.length;
}

/** Python `text.zfill(width)`. */
export function zeroFill(text: string, width: number): string {
  const sign = /^[+-]/.exec(text)?.[0] ?? '';
  return sign + text.slice(sign.length).padStart(width - sign.length, '0');
}
