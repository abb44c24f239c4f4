import type { JsonValue, ToolCall } from '@itool/record';
import { parseCalls } from './parse-calls.ts';

function printValue(value: JsonValue): string {
  if (value === null) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (Array.isArray(value)) return `[${value.map(printValue).join(', ')}]`;
  if (typeof value === 'object') {
    const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${printValue(member)}`);
    return `{${members.join(', ')}}`;
  }
  return JSON.stringify(value);
}

function printKey(key: string): string {
  return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(key) ? key : JSON.stringify(key);
}

/**
 * Writes calls in the Python dialect of BFCL, `[get_weather(city="Paris", days=3)]`: arguments in the order of the object,
 * strings in double quotes with JSON escapes, True/False/None. `parseCalls` reads it back unchanged for every name that holds
 * none of `= , " ' ( ) [ ] { }` and no newline.
 */
export function printCalls(calls: readonly ToolCall[]): string {
  const printed = calls.map((call) => {
    const values = Object.entries(call.arguments).map(([key, value]) => `${printKey(key)}=${printValue(value)}`);
    return `${call.name}(${values.join(', ')})`;
  });
  return `[${printed.join(', ')}]`;
}

/**
 * One spelling for equal responses, for dedupe and display and never for training text: calls and keys keep their order, values
 * take the form of `printCalls`; text without calls only loses the white space around it.
 */
export function canonicalCalls(source: string | readonly ToolCall[]): string {
  if (typeof source !== 'string') return printCalls(source);
  const parsed = parseCalls(source);
  return parsed.status === 'ok' ? printCalls(parsed.calls) : source.trim();
}
