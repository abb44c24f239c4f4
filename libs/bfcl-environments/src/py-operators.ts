import {
  dictDelete,
  dictGet,
  dictSet,
  isDict,
  isHashable,
  isTuple,
  type PyDict,
  type PyValue,
  pyEqual,
  pyIncludes,
  pyRepr,
  pyType,
} from '@itool/bfcl';
import { PyError } from './py-error.ts';
import { nearestFloat } from './py-exact.ts';
import { floatPower, integerPower } from './py-power.ts';
import { compareText, textLength } from './py-text.ts';

/** Python `str(value)`. */
export function str(value: PyValue): string {
  return typeof value === 'string' ? value : pyRepr(value);
}

/** f-string: every placeholder is printed by `str`. */
export function f(parts: TemplateStringsArray, ...values: readonly PyValue[]): string {
  return parts.reduce((text, part, i) => text + str(values[i - 1]!) + part);
}

/** Truth value as of `if value`. */
export function truthy(value: PyValue): boolean {
  if (value === null || value === '' || value === 0 || value === 0n || value === false) return false;
  if (Array.isArray(value)) return value.length > 0;
  if (isTuple(value)) return value.items.length > 0;
  if (isDict(value)) return value.entries.length > 0;
  if (typeof value === 'object' && value.kind === 'bytes') return value.value !== '';
  return !(typeof value === 'object' && value.kind === 'complex' && value.re === 0 && value.im === 0);
}

/** int or float of a number, where bool counts as int; undefined for everything else. */
export function numberOf(value: PyValue): bigint | number | undefined {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  return typeof value === 'bigint' || typeof value === 'number' ? value : undefined;
}

/** Float of an int; too large an int raises OverflowError. */
export function toFloat(value: bigint | number): number {
  const float = Number(value);
  if (typeof value === 'bigint' && !Number.isFinite(float)) {
    throw new PyError('OverflowError', 'int too large to convert to float');
  }
  return float;
}

/** Longest sequence that a repetition may make; beyond it Python would run out of memory sooner or later. */
const MAX_REPEATED = 10_000_000;

function repeat(sequence: string | readonly PyValue[], times: bigint, wrap: (items: PyValue[]) => PyValue): PyValue {
  const count = times < 0n ? 0n : times;
  if (count * BigInt(sequence.length) > BigInt(MAX_REPEATED)) throw new PyError('MemoryError', '');
  if (typeof sequence === 'string') return sequence.repeat(Number(count));
  return wrap(Array.from({ length: Number(count) * sequence.length }, (_, i) => sequence[i % sequence.length]!));
}

/** `sequence * int` in either order, or undefined when neither side is a sequence. */
function repetition(left: PyValue, right: PyValue): PyValue | undefined {
  const sequence = [left, right].find((side) => typeof side === 'string' || Array.isArray(side) || isTuple(side));
  if (sequence === undefined) return undefined;
  const other = sequence === left ? right : left;
  const times = numberOf(other);
  if (typeof times !== 'bigint') {
    throw new PyError('TypeError', `can't multiply sequence by non-int of type '${pyType(other)}'`);
  }
  if (isTuple(sequence)) return repeat(sequence.items, times, (items) => ({ kind: 'tuple', items }));
  return repeat(sequence as string | PyValue[], times, (items) => items);
}

function unsupported(op: string, left: PyValue, right: PyValue): never {
  throw new PyError('TypeError', `unsupported operand type(s) for ${op}: '${pyType(left)}' and '${pyType(right)}'`);
}

function addSequences(left: PyValue, right: PyValue): PyValue {
  if (typeof left === 'string') {
    if (typeof right === 'string') return left + right;
    throw new PyError('TypeError', `can only concatenate str (not "${pyType(right)}") to str`);
  }
  if (Array.isArray(left)) {
    if (Array.isArray(right)) return [...left, ...right];
    throw new PyError('TypeError', `can only concatenate list (not "${pyType(right)}") to list`);
  }
  if (isTuple(left)) {
    if (isTuple(right)) return { kind: 'tuple', items: [...left.items, ...right.items] };
    throw new PyError('TypeError', `can only concatenate tuple (not "${pyType(right)}") to tuple`);
  }
  return unsupported('+', left, right);
}

type Arithmetic = '+' | '-' | '*' | '/' | '%' | '**';

function onIntegers(op: Arithmetic, a: bigint, b: bigint): PyValue {
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '**':
      return integerPower(a, b);
    case '%': {
      if (b === 0n) throw new PyError('ZeroDivisionError', 'integer modulo by zero');
      const rest = a % b;
      return rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest;
    }
    default: {
      if (b === 0n) throw new PyError('ZeroDivisionError', 'division by zero');
      const quotient = nearestFloat(b < 0n ? -a : a, b < 0n ? -b : b);
      if (Number.isFinite(quotient)) return quotient;
      throw new PyError('OverflowError', 'integer division result too large for a float');
    }
  }
}

function onFloats(op: Arithmetic, a: number, b: number): PyValue {
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '**':
      return floatPower(a, b);
    case '%': {
      if (b === 0) throw new PyError('ZeroDivisionError', 'float modulo');
      const rest = a % b;
      if (rest === 0) return b < 0 ? -0 : 0;
      return rest < 0 !== b < 0 ? rest + b : rest;
    }
    default:
      if (b === 0) throw new PyError('ZeroDivisionError', 'float division by zero');
      return a / b;
  }
}

/** Python arithmetic on numbers, and `+` on strings, lists and tuples. Raises TypeError and the arithmetic errors as Python words them. */
export function arithmetic(op: Arithmetic, left: PyValue, right: PyValue): PyValue {
  const a = numberOf(left);
  const b = numberOf(right);
  if (a === undefined || b === undefined) {
    if (op === '+') return addSequences(left, right);
    const repeated = op === '*' ? repetition(left, right) : undefined;
    return repeated ?? unsupported(op === '**' ? '** or pow()' : op, left, right);
  }
  if (typeof a === 'bigint' && typeof b === 'bigint') return onIntegers(op, a, b);
  return onFloats(op, toFloat(a), toFloat(b));
}

type Ordering = '<' | '<=' | '>' | '>=';

function holds(op: Ordering, sign: number): boolean {
  if (op === '<') return sign < 0;
  if (op === '<=') return sign <= 0;
  return op === '>' ? sign > 0 : sign >= 0;
}

function itemsOf(value: PyValue): readonly PyValue[] | undefined {
  return Array.isArray(value) ? value : isTuple(value) ? value.items : undefined;
}

/** Python `left op right`. Raises TypeError for types without an order between them. */
export function compare(op: Ordering, left: PyValue, right: PyValue): boolean {
  const a = numberOf(left);
  const b = numberOf(right);
  if (a !== undefined && b !== undefined) {
    // bigint and number compare by mathematical value; NaN is neither smaller nor larger.
    if (op === '<') return a < b;
    if (op === '<=') return a <= b;
    return op === '>' ? a > b : a >= b;
  }
  if (typeof left === 'string' && typeof right === 'string') return holds(op, compareText(left, right));
  const lefts = itemsOf(left);
  const rights = itemsOf(right);
  if (lefts && rights && pyType(left) === pyType(right)) {
    const at = lefts.findIndex((item, i) => i >= rights.length || !pyEqual(item, rights[i]!));
    if (at >= 0 && at < rights.length) return compare(op, lefts[at]!, rights[at]!);
    return holds(op, lefts.length - rights.length);
  }
  const types = `'${pyType(left)}' and '${pyType(right)}'`;
  throw new PyError('TypeError', `'${op}' not supported between instances of ${types}`);
}

/** Raises the TypeError of an unhashable key. */
export function requireHashable(key: PyValue): void {
  if (!isHashable(key)) {
    const inner = isTuple(key) ? key.items.find((item) => !isHashable(item))! : key;
    throw new PyError('TypeError', `unhashable type: '${pyType(inner)}'`);
  }
}

/** Python `item in container`. */
export function contains(container: PyValue, item: PyValue): boolean {
  if (isDict(container)) {
    requireHashable(item);
    return dictGet(container, item) !== undefined;
  }
  const items = itemsOf(container);
  if (items) return pyIncludes(items, item);
  if (typeof container !== 'string') {
    throw new PyError('TypeError', `argument of type '${pyType(container)}' is not iterable`);
  }
  if (typeof item === 'string') return container.includes(item);
  throw new PyError('TypeError', `'in <string>' requires string as left operand, not ${pyType(item)}`);
}

/** Elements of `for item in value`. */
export function iterate(value: PyValue): readonly PyValue[] {
  if (typeof value === 'string') return [...value];
  if (isDict(value)) return value.entries.map(([key]) => key);
  const items = itemsOf(value);
  if (items) return items;
  throw new PyError('TypeError', `'${pyType(value)}' object is not iterable`);
}

/** Python `len(value)`. */
export function length(value: PyValue): bigint {
  if (typeof value === 'string') return BigInt(textLength(value));
  if (isDict(value)) return BigInt(value.entries.length);
  const items = itemsOf(value);
  if (items) return BigInt(items.length);
  throw new PyError('TypeError', `object of type '${pyType(value)}' has no len()`);
}

function position(kind: 'list' | 'tuple', size: number, index: PyValue): number {
  const number = numberOf(index);
  if (typeof number !== 'bigint') {
    throw new PyError('TypeError', `${kind} indices must be integers or slices, not ${pyType(index)}`);
  }
  const at = number < 0n ? number + BigInt(size) : number;
  if (at < 0n || at >= BigInt(size)) throw new PyError('IndexError', `${kind} index out of range`);
  return Number(at);
}

/** Python `container[key]`. */
export function getItem(container: PyValue, key: PyValue): PyValue {
  if (isDict(container)) {
    requireHashable(key);
    const value = dictGet(container, key);
    if (value === undefined) throw new PyError('KeyError', pyRepr(key));
    return value;
  }
  if (Array.isArray(container)) return container[position('list', container.length, key)]!;
  if (isTuple(container)) return container.items[position('tuple', container.items.length, key)]!;
  if (typeof container === 'string') {
    const number = numberOf(key);
    if (typeof number !== 'bigint') {
      throw new PyError('TypeError', `string indices must be integers, not '${pyType(key)}'`);
    }
    const chars = [...container];
    const at = number < 0n ? number + BigInt(chars.length) : number;
    const char = at < 0n || at >= BigInt(chars.length) ? undefined : chars[Number(at)];
    if (char === undefined) throw new PyError('IndexError', 'string index out of range');
    return char;
  }
  throw new PyError('TypeError', `'${pyType(container)}' object is not subscriptable`);
}

/** Python `container[key] = value`. */
export function setItem(container: PyValue, key: PyValue, value: PyValue): void {
  if (isDict(container)) {
    requireHashable(key);
    dictSet(container, key, value);
  } else if (Array.isArray(container)) {
    const number = numberOf(key);
    if (typeof number === 'bigint' && (number >= BigInt(container.length) || number < -BigInt(container.length))) {
      throw new PyError('IndexError', 'list assignment index out of range');
    }
    container[position('list', container.length, key)] = value;
  } else throw new PyError('TypeError', `'${pyType(container)}' object does not support item assignment`);
}

/** Python `del dict[key]`. */
export function deleteItem(container: PyValue, key: PyValue): void {
  if (!isDict(container))
    throw new PyError('TypeError', `'${pyType(container)}' object does not support item deletion`);
  requireHashable(key);
  if (dictDelete(container, key) === undefined) throw new PyError('KeyError', pyRepr(key));
}

function missingAttribute(value: PyValue, name: string): never {
  throw new PyError('AttributeError', `'${pyType(value)}' object has no attribute '${name}'`);
}

/** The text itself, or the AttributeError that calling a method of str on another type raises. */
export function asText(value: PyValue, method: string): string {
  return typeof value === 'string' ? value : missingAttribute(value, method);
}

/** The dict itself, or the AttributeError that calling a method of dict on another type raises. */
export function asDict(value: PyValue, method: string) {
  return isDict(value) ? value : missingAttribute(value, method);
}

/** The list itself, or the AttributeError that calling a method of list on another type raises. */
export function asList(value: PyValue, method: string): PyValue[] {
  return Array.isArray(value) ? value : missingAttribute(value, method);
}

/** Python `float(value)`. */
export function floatOf(value: PyValue): number {
  const number = numberOf(value);
  if (number !== undefined) return toFloat(number);
  if (typeof value !== 'string') {
    throw new PyError('TypeError', `float() argument must be a string or a real number, not '${pyType(value)}'`);
  }
  const text = value.trim();
  if (/^[+-]?(\d+(_\d+)*\.?(\d+(_\d+)*)?|\.\d+(_\d+)*)(e[+-]?\d+(_\d+)*)?$/i.test(text)) {
    return Number(text.replaceAll('_', ''));
  }
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
  if (!special) throw new PyError('ValueError', `could not convert string to float: ${pyRepr(value)}`);
  const magnitude = special[2]!.toLowerCase() === 'nan' ? Number.NaN : Number.POSITIVE_INFINITY;
  return special[1] === '-' ? -magnitude : magnitude;
}

/** A copy that shares no list or dict with the original. */
export function deepCopy(value: PyValue): PyValue {
  if (Array.isArray(value)) return value.map(deepCopy);
  if (isTuple(value)) return { kind: 'tuple', items: value.items.map(deepCopy) };
  return isDict(value) ? { kind: 'dict', entries: value.entries.map(([key, item]) => [key, deepCopy(item)]) } : value;
}

/** A dict of string keys in the given order. */
export function dict(members: Readonly<Record<string, PyValue>>): PyDict {
  return { kind: 'dict', entries: Object.entries(members) };
}
