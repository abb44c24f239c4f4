import { pyStr } from './py-format.ts';
import { pyRepr, reprFloat } from './py-repr.ts';
import type { PyValue } from './py-value.ts';

/**
 * Python `json.dumps(value, ensure_ascii=False)`, the form of the lines of result and score files. What JSON lacks (bytes, complex
 * numbers) is written as its text, as the official tool does.
 */
export function pyJsonText(value: PyValue): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (Number.isNaN(value)) return 'NaN';
    return Number.isFinite(value) ? reprFloat(value) : value > 0 ? 'Infinity' : '-Infinity';
  }
  if (Array.isArray(value)) return `[${value.map(pyJsonText).join(', ')}]`;
  if (value.kind === 'tuple') return `[${value.items.map(pyJsonText).join(', ')}]`;
  if (value.kind !== 'dict') return JSON.stringify(pyRepr(value));
  const members = value.entries.map(([key, member]) => {
    const name = key === null || typeof key === 'boolean' ? pyJsonText(key) : pyStr(key);
    return `${JSON.stringify(name)}: ${pyJsonText(member)}`;
  });
  return `{${members.join(', ')}}`;
}

/** A dict with text keys. */
export function pyDict(members: Readonly<Record<string, PyValue>>): PyValue {
  return { kind: 'dict', entries: Object.entries(members) };
}
