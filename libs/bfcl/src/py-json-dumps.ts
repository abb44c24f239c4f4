import { pyRepr, reprFloat } from './py-repr.ts';
import { isTuple, type PyValue } from './py-value.ts';

function dumpString(text: string): string {
  const escapeUnit = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  // JSON.stringify leaves DEL and everything beyond ASCII as it is; Python escapes each UTF-16 unit.
  return JSON.stringify(text).replace(/[\u007f-\uffff]/g, escapeUnit);
}

function dumpFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return Number.isFinite(value) ? reprFloat(value) : value > 0 ? 'Infinity' : '-Infinity';
}

/** Python `json.dumps(value, indent=4)` with its ASCII escapes; keys are strings, as in every value read from JSON. */
export function pyJsonDumps(value: PyValue, indent = ''): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return dumpFloat(value);
  if (typeof value === 'string') return dumpString(value);
  const inner = `${indent}    `;
  const block = (open: string, parts: string[], close: string) =>
    parts.length === 0 ? open + close : `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${indent}${close}`;
  const items = Array.isArray(value) ? value : isTuple(value) ? value.items : undefined;
  if (items) {
    const parts = items.map((item) => pyJsonDumps(item, inner));
    return block('[', parts, ']');
  }
  if (Array.isArray(value) || value.kind !== 'dict') return dumpString(pyRepr(value));
  const members = value.entries.map(([key, member]) => {
    const name = dumpString(typeof key === 'string' ? key : pyRepr(key));
    return `${name}: ${pyJsonDumps(member, inner)}`;
  });
  return block('{', members, '}');
}

/** A key as `json.dumps` writes it: numbers, booleans and None become text. Undefined for any other type. */
function dumpKey(key: PyValue): string | undefined {
  if (typeof key === 'string') return dumpString(key);
  if (key === null || typeof key === 'boolean' || typeof key === 'bigint') return `"${String(key)}"`;
  return typeof key === 'number' ? `"${dumpFloat(key)}"` : undefined;
}

/** Python `json.dumps(value)` on one line, or undefined when a part is not serialisable (bytes, complex numbers, tuple keys). */
export function pyJsonDumpsLine(value: PyValue): string | undefined {
  if (value === null) return 'null';
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return dumpFloat(value);
  if (typeof value === 'string') return dumpString(value);
  const items = Array.isArray(value) ? value : isTuple(value) ? value.items : undefined;
  const parts: string[] = [];
  if (items) {
    for (const item of items) {
      const text = pyJsonDumpsLine(item);
      if (text === undefined) return undefined;
      parts.push(text);
    }
    return `[${parts.join(', ')}]`;
  }
  if (Array.isArray(value) || value.kind !== 'dict') return undefined;
  for (const [key, member] of value.entries) {
    const name = dumpKey(key);
    const text = pyJsonDumpsLine(member);
    if (name === undefined || text === undefined) return undefined;
    parts.push(`${name}: ${text}`);
  }
  return `{${parts.join(', ')}}`;
}
