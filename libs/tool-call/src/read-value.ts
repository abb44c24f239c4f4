import type { JsonObject, JsonValue } from '@itool/record';
import { accept, CallSyntaxError, fail, peek, type TextCursor } from './text-cursor.ts';

const ESCAPES: Record<string, string> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\x07',
  '0': '\0',
  '/': '/',
  '\n': '',
};
const HEX_LENGTHS: Record<string, number> = { x: 2, u: 4, U: 8 };
const WORDS: Record<string, JsonValue> = { True: true, true: true, False: false, false: false, None: null, null: null };
const NUMBER = /[+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const WORD = /[\p{L}_$][\p{L}\p{N}_$]*/uy;

function match(cursor: TextCursor, pattern: RegExp): string | undefined {
  pattern.lastIndex = cursor.pos;
  const found = pattern.exec(cursor.text)?.[0];
  if (found !== undefined) cursor.pos += found.length;
  return found;
}

function readEscape(cursor: TextCursor): string {
  const char = cursor.text[cursor.pos++];
  if (char === undefined) fail(cursor, 'an escape');
  const hexLength = HEX_LENGTHS[char];
  if (hexLength !== undefined) {
    const digits = cursor.text.slice(cursor.pos, cursor.pos + hexLength);
    if (digits.length < hexLength || !/^[0-9a-fA-F]+$/.test(digits)) fail(cursor, `${hexLength} hex digits`);
    const code = Number.parseInt(digits, 16);
    if (code > 0x10ffff) fail(cursor, 'a code point');
    cursor.pos += hexLength;
    return hexLength === 8 ? String.fromCodePoint(code) : String.fromCharCode(code);
  }
  if (char === '\\' || char === '"' || char === "'") return char;
  // An unknown escape keeps its backslash, as in Python.
  return ESCAPES[char] ?? `\\${char}`;
}

/** Quoted text, single or double quotes, Python and JSON escapes. A raw newline inside is tolerated. */
export function readString(cursor: TextCursor): string {
  const quote = peek(cursor);
  if (quote !== '"' && quote !== "'") fail(cursor, 'a quoted string');
  cursor.pos++;
  let value = '';
  for (;;) {
    const char = cursor.text[cursor.pos];
    if (char === undefined) fail(cursor, `closing ${quote}`);
    cursor.pos++;
    if (char === quote) return value;
    value += char === '\\' ? readEscape(cursor) : char;
  }
}

/** Sets an own member whatever its name: `__proto__` is an ordinary argument name in a call. */
export function setMember(target: JsonObject, key: string, value: JsonValue): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

function readItems(cursor: TextCursor, close: string): JsonValue[] {
  const items: JsonValue[] = [];
  cursor.pos++;
  while (!accept(cursor, close)) {
    items.push(readValue(cursor));
    if (!accept(cursor, ',') && peek(cursor) !== close) fail(cursor, `"," or "${close}"`);
  }
  return items;
}

function readObject(cursor: TextCursor): JsonObject {
  const object: JsonObject = {};
  cursor.pos++;
  while (!accept(cursor, '}')) {
    const next = peek(cursor);
    const key = next === '"' || next === "'" ? readString(cursor) : (match(cursor, WORD) ?? match(cursor, NUMBER));
    if (key === undefined) fail(cursor, 'a key');
    if (!accept(cursor, ':')) fail(cursor, '":"');
    setMember(object, key, readValue(cursor));
    if (!accept(cursor, ',') && peek(cursor) !== '}') fail(cursor, '"," or "}"');
  }
  return object;
}

/**
 * One Python or JSON literal. A tuple becomes a list; a bare word becomes its text, as in the BFCL decoder. Integers outside the
 * exact range of a double are rounded; a number that overflows is an error, since JSON has no infinity.
 */
export function readValue(cursor: TextCursor): JsonValue {
  const next = peek(cursor);
  if (next === '"' || next === "'") return readString(cursor);
  if (next === '[') return readItems(cursor, ']');
  if (next === '(') return readItems(cursor, ')');
  if (next === '{') return readObject(cursor);
  const start = cursor.pos;
  const digits = match(cursor, NUMBER);
  if (digits !== undefined) {
    const value = Number(digits.replaceAll('_', ''));
    if (!Number.isFinite(value)) throw new CallSyntaxError(`number has no finite value: ${digits} at ${start}`, start);
    return Object.is(value, -0) ? 0 : value;
  }
  const word = match(cursor, WORD);
  if (word === undefined) fail(cursor, 'a value');
  return Object.hasOwn(WORDS, word) ? WORDS[word]! : word;
}
