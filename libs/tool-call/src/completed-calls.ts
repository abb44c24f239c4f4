import type { ToolCall } from '@itool/record';
import { type BoundaryKind, createCallScanner } from './call-scanner.ts';
import { parseCalls } from './parse-calls.ts';

/**
 * The calls of a response that goes on, up to its last boundary: closed ones, and one that is `open` with the arguments it has so far (the
 * last). Empty where no argument or call is complete, and where the text up to there cannot be read.
 */
export function completedCalls(response: string): { calls: readonly ToolCall[]; open: boolean } {
  const list_end = response.trimStart().startsWith('[') ? ']' : '';
  const closings: Partial<Record<BoundaryKind, (text: string) => string>> = {
    argument: (text) => `${text.slice(0, -1)})${list_end}`,
    separator: (text) => `${text.slice(0, -1)}${list_end}`,
    call: (text) => `${text}${list_end}`,
    list: (text) => text,
  };
  const last = createCallScanner()
    .feed(response)
    .findLast(({ kind }) => closings[kind] !== undefined);
  if (last === undefined) return { calls: [], open: false };
  const parsed = parseCalls(closings[last.kind]!(response.slice(0, last.offset)));
  return parsed.status === 'ok' ? { calls: parsed.calls, open: last.kind === 'argument' } : { calls: [], open: false };
}
