import { pyFloatOf, pyIntOf } from './py-number-text.ts';
import { forwardSearch, PY_SPACES, pyStrip, skipSpaces, stripCharacters } from './py-text.ts';
import { dictSet, type PyDict, type PyValue } from './py-value.ts';

const INTEGER = /^-?\p{Nd}+\n?$/u;
const FLOAT = /^-?\p{Nd}+(\.\p{Nd}+)?\n?$/u;
const BIGINT = /^-?\p{Nd}+n\n?$/u;
const NEW_ARRAY = new RegExp(`new[${PY_SPACES}]+Array\\(`, 'uy');

function isQuoted(text: string): boolean {
  return (text.startsWith('"') && text.endsWith('"')) || (text.startsWith("'") && text.endsWith("'"));
}

/** A value whose type is not known: boolean, quoted text, int or float as Python reads it, else text. */
function guessValue(given: string): PyValue {
  const text = pyStrip(given);
  if (text === 'true' || text === 'false') return text === 'true';
  if (isQuoted(text)) return text.slice(1, -1);
  return pyIntOf(text) ?? pyFloatOf(text) ?? text;
}

/** Length of `new Array(` at the start of the text, 0 when it does not start so. */
function newArrayLength(text: string): number {
  NEW_ARRAY.lastIndex = 0;
  return NEW_ARRAY.exec(text)?.[0].length ?? 0;
}

/**
 * End of a list of lists that starts with its first inner list at `from` and closes with `close`, or undefined. An inner list ends at
 * the first `]` of its line from which the rest fits; going from right to left, each `]` is tried once.
 */
function endOfLists(text: string, from: number, close: ']' | ')'): number | undefined {
  const opening = skipSpaces(text, from);
  if (text[opening] !== '[') return undefined;
  let end: number | undefined;
  let end_bracket = -1;
  const lines = new Uint32Array(text.length + 1).fill(text.length);
  for (let at = text.length - 1; at > opening; at--) {
    lines[at] = text[at] === '\n' ? at : lines[at + 1]!;
    if (text[at] !== ']') continue;
    const next = skipSpaces(text, at + 1);
    if (text[next] === close) {
      end = next + 1;
      end_bracket = at;
    } else if (text[next] === ',' && end !== undefined) {
      const inner = skipSpaces(text, next + 1);
      if (text[inner] === '[' && lines[inner + 1]! >= end_bracket) end_bracket = at;
    }
  }
  return end !== undefined && lines[opening + 1]! >= end_bracket ? end : undefined;
}

/** Contents of every `[ ... ]` on one line, left to right without overlap; an inner opening bracket is content. */
function bracketed(text: string): string[] {
  const nextOpen = forwardSearch(text, '[');
  const nextClose = forwardSearch(text, ']');
  const nextLine = forwardSearch(text, '\n');
  const contents: string[] = [];
  for (let pos = nextOpen(0); pos < text.length; ) {
    const end = nextClose(pos + 1);
    if (end === text.length) break;
    const fits = nextLine(pos) >= end;
    if (fits) contents.push(text.slice(pos + 1, end));
    pos = nextOpen(fits ? end + 1 : pos + 1);
  }
  return contents;
}

/** Content between `from` and the first `close`, when that is on the same line. */
function contentUpTo(text: string, from: number, close: string): string | undefined {
  const end = text.indexOf(close, from);
  if (end < 0) return undefined;
  const content = text.slice(from, end);
  return content.includes('\n') ? undefined : content;
}

function convertArray(text: string, inner: string | undefined): PyValue {
  const constructing = newArrayLength(text);
  const start = text.startsWith('[') ? 1 : constructing;
  if (start === 0) return text;
  const close = constructing > 0 ? ')' : ']';
  const end = endOfLists(text, start, close);
  if (end !== undefined) {
    return bracketed(text.slice(0, end)).map((content, i) => {
      const list = pyStrip(content);
      return (i === 0 && list.startsWith('[') ? list.slice(1) : list).split(',').map(guessValue);
    });
  }
  const content = contentUpTo(text, start, close);
  if (content === undefined) return text;
  const elements = pyStrip(content) === '' ? [] : pyStrip(content).split(',').map(pyStrip);
  return elements.map((element) => (inner === undefined ? guessValue(element) : convertJavaScript(element, inner)));
}

/**
 * Pairs `key: value` of an object's content. A value ends at a comma behind which another key follows, that is a colon before the
 * next comma.
 */
function keyValuePairs(text: string): [string, string][] {
  const keyColon = forwardSearch(text, ':');
  const valueComma = forwardSearch(text, ',');
  const nextColon = forwardSearch(text, ':');
  const nextComma = forwardSearch(text, ',');
  const pairs: [string, string][] = [];
  for (let pos = 0; pos < text.length; ) {
    if (text[pos] === ':') {
      pos++;
      continue;
    }
    const colon = keyColon(pos);
    if (colon === text.length) break;
    const value = skipSpaces(text, colon + 1);
    let end = valueComma(value);
    let rest = text.length;
    for (; end < text.length; end = valueComma(end + 1)) {
      const next = skipSpaces(text, end + 1);
      if (nextColon(next + 1) < nextComma(next)) rest = next;
      // A key needs a character before its colon; a space in front of the colon will do.
      else if (text[next] === ':' && next > end + 1) rest = next - 1;
      if (rest < text.length) break;
    }
    pairs.push([text.slice(pos, colon), text.slice(value, end)]);
    pos = rest;
  }
  return pairs;
}

function convertDict(text: string): PyValue {
  if (text === '{}') return { kind: 'dict', entries: [] };
  const content = text.startsWith('{') ? contentUpTo(text, 1, '}') : undefined;
  if (content === undefined) return text;
  const dict: PyDict = { kind: 'dict', entries: [] };
  for (const [key, given] of keyValuePairs(content)) {
    const value = pyStrip(given);
    const list = value.startsWith('[') && value.endsWith(']');
    dictSet(
      dict,
      stripCharacters(pyStrip(key), '\'"'),
      list ? convertArray(value, undefined) : guessValue(stripCharacters(value, '\'"')),
    );
  }
  return dict;
}

/**
 * Value of a text for a documented JavaScript type, as the official converter reads it (specification 4.9); a text that does not
 * fit the type stays a text. The patterns of the original are matched by hand where a regular expression takes more than linear
 * time.
 */
export function convertJavaScript(text: string, type: string, inner?: string): PyValue {
  switch (type) {
    case 'String':
      return isQuoted(text) ? text.slice(1, -1) : text;
    case 'integer':
      return INTEGER.test(text) ? (pyIntOf(text) ?? text) : text;
    case 'float':
      return FLOAT.test(text) ? (pyFloatOf(text) ?? text) : text;
    case 'Bigint':
      return BIGINT.test(text) ? (pyIntOf(text.slice(0, text.indexOf('n'))) ?? text) : text;
    case 'Boolean':
      return text === 'true' || text === 'false' ? text === 'true' : text;
    case 'array':
      return convertArray(pyStrip(text), inner);
    case 'dict':
      return convertDict(pyStrip(text));
    default:
      return text;
  }
}
