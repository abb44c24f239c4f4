/** Characters for which Python's `str.isspace` holds and that its `\s` matches; unlike JavaScript's `\s`, without U+FEFF. */
export const PY_SPACES =
  '\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000';

const SPACES = new Set(PY_SPACES);

/** Position of the first character from `pos` on that is no white space. */
export function skipSpaces(text: string, pos: number): number {
  let at = pos;
  while (at < text.length && SPACES.has(text[at]!)) at++;
  return at;
}

/** End of the text without the white space before `end`, not below `start`. */
export function trimSpacesBefore(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && SPACES.has(text[at - 1]!)) at--;
  return at;
}

/** Python `str.strip()`. */
export function pyStrip(text: string): string {
  const start = skipSpaces(text, 0);
  return text.slice(start, trimSpacesBefore(text, start, text.length));
}

/** Python `str.strip(characters)`. */
export function stripCharacters(text: string, characters: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && characters.includes(text[start]!)) start++;
  while (end > start && characters.includes(text[end - 1]!)) end--;
  return text.slice(start, end);
}

/**
 * `indexOf` for positions that only grow: a needle that lies ahead, or nowhere, is not searched for again, so that a scan over the
 * whole text stays linear. Returns the length of the text when there is none.
 */
export function forwardSearch(text: string, needle: string): (from: number) => number {
  let found = -1;
  return (from) => {
    if (found < from) {
      const at = text.indexOf(needle, from);
      found = at < 0 ? text.length : at;
    }
    return found;
  };
}
