import type { JsonValue } from '@itool/record';

/** Deep merge for `extends` and overrides: objects are merged key by key, everything else (arrays too) is replaced. */
export function merge(base: JsonValue, over: JsonValue): JsonValue {
  if (!isObject(base) || !isObject(over)) return over;
  const merged: { [key: string]: JsonValue } = { ...base };
  for (const [key, value] of Object.entries(over)) {
    merged[key] = Object.hasOwn(base, key) ? merge(base[key]!, value) : value;
  }
  return merged;
}

export function isObject(value: JsonValue | undefined): value is { [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
