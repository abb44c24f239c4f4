import { dictGet, isDict, type PyDict, type PyValue, pyEqual, pyRepr } from '@itool/bfcl';
import { PyError } from './py-error.ts';

export function dict(members: Readonly<Record<string, PyValue>> = {}): PyDict {
  return { kind: 'dict', entries: Object.entries(members) };
}

function typeName(value: PyValue): string {
  if (value === null) return 'NoneType';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'float';
  if (typeof value === 'string') return 'str';
  return Array.isArray(value) ? 'list' : value.kind;
}

/** Python `value[key]` for a text key: KeyError when a dict lacks it, TypeError for what has no text keys. */
export function item(value: PyValue, key: string): PyValue {
  if (isDict(value)) {
    const member = dictGet(value, key);
    if (member === undefined) throw new PyError('KeyError', pyRepr(key));
    return member;
  }
  if (typeof value === 'string') throw new PyError('TypeError', "string indices must be integers, not 'str'");
  if (Array.isArray(value)) throw new PyError('TypeError', 'list indices must be integers or slices, not str');
  throw new PyError('TypeError', `'${typeName(value)}' object is not subscriptable`);
}

/** A value that is used as text: AttributeError for any other type, as `value.strip()` has it. */
export function text(value: PyValue, method = 'strip'): string {
  if (typeof value === 'string') return value;
  throw new PyError('AttributeError', `'${typeName(value)}' object has no attribute '${method}'`);
}

/** Python `key in container`. */
export function contains(container: PyValue, key: string): boolean {
  if (typeof container === 'string') return container.includes(key);
  if (isDict(container)) return dictGet(container, key) !== undefined;
  if (Array.isArray(container)) return container.some((member) => pyEqual(member, key));
  throw new PyError('TypeError', `argument of type '${typeName(container)}' is not iterable`);
}

/** Python iteration: characters of a text, items of a list, keys of a dict. */
export function iterate(value: PyValue): PyValue[] {
  if (typeof value === 'string') return [...value];
  if (Array.isArray(value)) return value;
  if (isDict(value)) return value.entries.map(([key]) => key);
  throw new PyError('TypeError', `'${typeName(value)}' object is not iterable`);
}

/** The dict of a table whose rows are looked up by name. */
export function asDict(value: PyValue): PyDict {
  if (isDict(value)) return value;
  throw new PyError('TypeError', `'${typeName(value)}' object does not support item access`);
}

/** Sets a text key in place. */
export function put(target: PyDict, key: PyValue, value: PyValue): void {
  const entry = target.entries.find(([name]) => name === key);
  if (entry) entry[1] = value;
  else target.entries.push([key, value]);
}

/** Python `del target[key]` for a key that is there. */
export function remove(target: PyDict, key: PyValue): void {
  const at = target.entries.findIndex(([name]) => name === key);
  if (at < 0) throw new PyError('KeyError', pyRepr(key));
  target.entries.splice(at, 1);
}

/** Python `copy.deepcopy` for what JSON can hold. */
export function deepCopy<Value extends PyValue>(value: Value): Value {
  if (Array.isArray(value)) return value.map(deepCopy) as Value;
  if (!isDict(value)) return value;
  return { kind: 'dict', entries: value.entries.map(([key, member]) => [key, deepCopy(member)]) } as PyDict as Value;
}
