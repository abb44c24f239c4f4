import type { JsonObject, JsonValue } from '@itool/record';

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value that may have been encoded as JSON text, once or twice; text that is no JSON stays text. */
export function decodeCell(value: JsonValue | undefined): JsonValue | undefined {
  let decoded = value;
  for (let depth = 0; depth < 2 && typeof decoded === 'string'; depth++) {
    try {
      decoded = JSON.parse(decoded) as JsonValue;
    } catch {
      return decoded;
    }
  }
  return decoded;
}
