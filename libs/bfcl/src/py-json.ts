import type { JsonObject, JsonValue } from '@itool/record';
import { pyRepr } from './py-repr.ts';
import { dictSet, type PyDict, type PyValue } from './py-value.ts';

/** Thrown by `parsePyJson`; `at` is the UTF-16 position of the fault. */
export class PyJsonError extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(`${message} at ${at}`);
    this.at = at;
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const WORDS: readonly (readonly [string, PyValue])[] = [
  ['null', null],
  ['true', true],
  ['false', false],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
];

/**
 * Reads JSON text as Python's `json.loads` does: integers and floats stay apart, integers have any size, NaN and Infinity are
 * accepted, a repeated key keeps its place and takes the last value. Throws `PyJsonError`.
 */
export function parsePyJson(text: string): PyValue {
  let pos = 0;
  const skip = () => {
    while (' \t\n\r'.includes(text[pos] ?? 'x')) pos++;
  };
  const fail = (expected: string): never => {
    throw new PyJsonError(`expected ${expected}`, pos);
  };
  const readString = (): string => {
    if (text[pos] !== '"') return fail('a string');
    let end = pos + 1;
    while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
    try {
      const value = JSON.parse(text.slice(pos, end + 1)) as string;
      pos = end + 1;
      return value;
    } catch {
      return fail('a well-formed string');
    }
  };
  const readItems = (): PyValue[] => {
    const items: PyValue[] = [];
    pos++;
    skip();
    if (text[pos] === ']') {
      pos++;
      return items;
    }
    for (;;) {
      items.push(readValue());
      skip();
      const next = text[pos++];
      if (next === ']') return items;
      if (next !== ',') {
        pos--;
        fail('"," or "]"');
      }
    }
  };
  const readDict = (): PyDict => {
    const dict: PyDict = { kind: 'dict', entries: [] };
    pos++;
    skip();
    if (text[pos] === '}') {
      pos++;
      return dict;
    }
    for (;;) {
      skip();
      const key = readString();
      skip();
      if (text[pos] !== ':') fail('":"');
      pos++;
      dictSet(dict, key, readValue());
      skip();
      const next = text[pos++];
      if (next === '}') return dict;
      if (next !== ',') {
        pos--;
        fail('"," or "}"');
      }
    }
  };
  const readValue = (): PyValue => {
    skip();
    const next = text[pos];
    if (next === '"') return readString();
    if (next === '[') return readItems();
    if (next === '{') return readDict();
    NUMBER.lastIndex = pos;
    const number = NUMBER.exec(text);
    if (number) {
      pos += number[0].length;
      return number[1] === undefined && number[2] === undefined ? BigInt(number[0]) : Number(number[0]);
    }
    for (const [word, value] of WORDS) {
      if (text.startsWith(word, pos)) {
        pos += word.length;
        return value;
      }
    }
    return fail('a value');
  };
  const value = readValue();
  skip();
  if (pos < text.length) fail('the end');
  return value;
}

/** A value of plain JSON; numbers without a fraction count as integers. */
export function fromJson(value: JsonValue): PyValue {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(fromJson);
  if (typeof value !== 'object' || value === null) return value;
  return { kind: 'dict', entries: Object.entries(value).map(([key, member]) => [key, fromJson(member)]) };
}

/** Plain JSON for code that does not tell int from float; what JSON lacks (bytes, complex, infinities) becomes its repr. */
export function toJson(value: PyValue): JsonValue {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : pyRepr(value);
  if (Array.isArray(value)) return value.map(toJson);
  if (value.kind === 'tuple') return value.items.map(toJson);
  if (value.kind !== 'dict') return pyRepr(value);
  const object: JsonObject = {};
  for (const [key, member] of value.entries) {
    const name = typeof key === 'string' ? key : pyRepr(key);
    Object.defineProperty(object, name, {
      value: toJson(member),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return object;
}
