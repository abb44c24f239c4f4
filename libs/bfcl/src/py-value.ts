/**
 * A Python value as the official evaluator sees it. Types that the checker tells apart stay apart: int is a bigint, float a
 * number, list an array; `1` and `1.0` therefore differ in type and are equal only by `pyEqual`.
 */
export type PyValue = null | boolean | bigint | number | string | PyValue[] | PyTuple | PyDict | PyBytes | PyComplex;
export type PyTuple = { kind: 'tuple'; items: PyValue[] };
/** Entries in insertion order; keys may be any hashable value. */
export type PyDict = { kind: 'dict'; entries: [PyValue, PyValue][] };
/** One character (code 0-255) per byte. */
export type PyBytes = { kind: 'bytes'; value: string };
export type PyComplex = { kind: 'complex'; re: number; im: number };

export type PyType = 'NoneType' | 'bool' | 'int' | 'float' | 'str' | 'list' | 'tuple' | 'dict' | 'bytes' | 'complex';

export function pyType(value: PyValue): PyType {
  if (value === null) return 'NoneType';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'float';
  if (typeof value === 'string') return 'str';
  return Array.isArray(value) ? 'list' : value.kind;
}

export function isDict(value: PyValue | undefined): value is PyDict {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && value.kind === 'dict';
}

export function isTuple(value: PyValue | undefined): value is PyTuple {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && value.kind === 'tuple';
}

/** Number of a bool, int or float as Python compares it, else undefined. */
function numeric(value: PyValue): bigint | number | undefined {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  return typeof value === 'bigint' || typeof value === 'number' ? value : undefined;
}

function sequencesEqual(a: readonly PyValue[], b: readonly PyValue[]): boolean {
  return a.length === b.length && a.every((item, i) => pyEqual(item, b[i]!));
}

/** Python `==`: 1 == 1.0 == True, lists element by element and never equal to tuples, dicts whatever their order. */
export function pyEqual(a: PyValue, b: PyValue): boolean {
  const na = numeric(a);
  const nb = numeric(b);
  // Loose equality compares a bigint and a number by mathematical value, without rounding: the semantics of Python.
  // biome-ignore lint/suspicious/noDoubleEquals: see above
  if (na !== undefined && nb !== undefined) return na == nb;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return a === b || complexEqualsReal(a, b);
  }
  if (Array.isArray(a) || Array.isArray(b)) return Array.isArray(a) && Array.isArray(b) && sequencesEqual(a, b);
  if (a.kind === 'tuple' && b.kind === 'tuple') return sequencesEqual(a.items, b.items);
  if (a.kind === 'bytes' && b.kind === 'bytes') return a.value === b.value;
  if (a.kind === 'complex' && b.kind === 'complex') return a.re === b.re && a.im === b.im;
  if (a.kind !== 'dict' || b.kind !== 'dict' || a.entries.length !== b.entries.length) return false;
  return a.entries.every(([key, value]) => {
    const other = dictGet(b, key);
    return other !== undefined && pyEqual(value, other);
  });
}

function complexEqualsReal(a: PyValue, b: PyValue): boolean {
  const real = numeric(a) ?? numeric(b);
  const other = numeric(a) === undefined ? a : b;
  if (real === undefined || typeof other !== 'object' || other === null || Array.isArray(other)) return false;
  // biome-ignore lint/suspicious/noDoubleEquals: bigint against number by value
  return other.kind === 'complex' && other.im === 0 && other.re == real;
}

/** Python `in` for a list. */
export function pyIncludes(items: readonly PyValue[], value: PyValue): boolean {
  return items.some((item) => pyEqual(item, value));
}

export function isHashable(value: PyValue): boolean {
  if (isTuple(value)) return value.items.every(isHashable);
  return !Array.isArray(value) && !isDict(value);
}

/** Entries by key for dicts that are too long to be searched; `size` tells whether entries were added behind its back. */
type DictIndex = { size: number; entries: Map<bigint | number | string | boolean | null, [PyValue, PyValue]> };
const indexes = new WeakMap<PyDict, DictIndex>();
const SEARCHED_ENTRIES = 16;

/** One spelling for all keys that Python holds equal: 1, 1.0 and True are one key. Undefined for keys that are not indexed. */
function indexKey(key: PyValue): bigint | number | string | boolean | null | undefined {
  if (typeof key === 'string' || key === null) return key;
  if (typeof key === 'boolean') return key ? 1n : 0n;
  if (typeof key === 'number') return Number.isInteger(key) ? BigInt(key) : key;
  return typeof key === 'bigint' ? key : undefined;
}

function dictEntry(dict: PyDict, key: PyValue): [PyValue, PyValue] | undefined {
  const indexed = indexKey(key);
  if (dict.entries.length <= SEARCHED_ENTRIES || indexed === undefined) {
    return dict.entries.find(([k]) => k === key || pyEqual(k, key));
  }
  let index = indexes.get(dict);
  if (index?.size !== dict.entries.length) {
    index = { size: dict.entries.length, entries: new Map() };
    for (const entry of dict.entries) {
      const name = indexKey(entry[0]);
      if (name !== undefined) index.entries.set(name, entry);
    }
    indexes.set(dict, index);
  }
  return index.entries.get(indexed);
}

/** The value under a key, compared as Python compares keys, or undefined. */
export function dictGet(dict: PyDict, key: PyValue): PyValue | undefined {
  return dictEntry(dict, key)?.[1];
}

/** Sets a key in place; a key that is already there keeps its position and its first spelling. */
export function dictSet(dict: PyDict, key: PyValue, value: PyValue): void {
  const entry = dictEntry(dict, key);
  if (entry) {
    entry[1] = value;
    return;
  }
  const added: [PyValue, PyValue] = [key, value];
  dict.entries.push(added);
  const index = indexes.get(dict);
  const indexed = indexKey(key);
  if (index !== undefined && index.size === dict.entries.length - 1) {
    index.size++;
    if (indexed !== undefined) index.entries.set(indexed, added);
  }
}

/** Removes a key in place and returns its value, or undefined when it is not there. */
export function dictDelete(dict: PyDict, key: PyValue): PyValue | undefined {
  const entry = dictEntry(dict, key);
  if (entry === undefined) return undefined;
  dict.entries.splice(dict.entries.indexOf(entry), 1);
  indexes.delete(dict);
  return entry[1];
}
