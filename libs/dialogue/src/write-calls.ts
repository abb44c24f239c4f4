import type { JsonValue, ToolCall } from '@itool/record';
import { callsMatch, parseCalls, printCalls } from '@itool/tool-call';
import { decodeCell, isObject } from './json-cell.ts';

function callOf(value: JsonValue): ToolCall | null {
  const decoded = decodeCell(value);
  if (!isObject(decoded)) return null;
  const body = isObject(decoded['function']) ? decoded['function'] : decoded;
  const given = decodeCell(body['arguments'] ?? body['parameters'] ?? {});
  if (typeof body['name'] !== 'string' || body['name'] === '') return null;
  if (given === '' || given === null) return { name: body['name'], arguments: {} };
  return isObject(given) ? { name: body['name'], arguments: given } : null;
}

/** Calls as an assistant turn writes them, or why they cannot be written. */
export type WrittenCalls = { text: string } | { reason: string };

/**
 * Calls given as JSON (one or a list, arguments perhaps as text) in the Python dialect. Names that the dialect cannot hold, such
 * as ones with quotes or brackets, are refused, since the calls could not be read back.
 */
export function writeCalls(value: JsonValue | undefined): WrittenCalls {
  const decoded = decodeCell(value);
  if (decoded === undefined || typeof decoded === 'string') return { reason: 'call is no JSON' };
  const calls = (Array.isArray(decoded) ? decoded : [decoded]).map(callOf);
  if (calls.length === 0) return { reason: 'list of calls is empty' };
  if (!calls.every((call) => call !== null)) return { reason: 'call lacks a name or arguments' };
  const text = printCalls(calls);
  const parsed = parseCalls(text);
  const readable = parsed.status === 'ok' && callsMatch(parsed.calls, calls, { strict: true });
  return readable ? { text } : { reason: 'call cannot be written in the Python dialect' };
}
