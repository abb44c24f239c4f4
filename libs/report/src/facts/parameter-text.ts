import { canonicalJson, type JsonValue } from '@itool/record';

/** A parameter as a person writes it: exact, small numbers as 5e-5, strings without quotes. */
export function parameterText(value: JsonValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && value !== 0 && Math.abs(value) < 1e-3) return value.toExponential();
  return canonicalJson(value);
}
