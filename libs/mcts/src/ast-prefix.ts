import type { ToolCall } from '@itool/record';
import { alignCalls, createCallScanner, type ParsedCalls, parseCalls, valuesMatch } from '@itool/tool-call';

/** Never the name of a call, so that a call without partner agrees with it in nothing. */
const NOBODY: ToolCall = { name: '', arguments: {} };

/**
 * Credit of a response that goes on (specs: itool, 7.1, option `astPrefix`): the share of its completed items that agree with the ground
 * truth, minus one half. Items are the name of each call that has a completed argument or is closed, and each completed argument. Calls are
 * paired with those of the ground truth by best assignment, so their order does not matter.
 *
 * @param response ends anywhere; what lies behind its last boundary is not counted
 * @returns -0.5 to 0.5; 0 without a completed item
 */
export function astPrefix(response: string, expected: ParsedCalls): number {
  const predicted = completedCalls(response);
  const truth = expected.status === 'ok' ? expected.calls : [];
  const count = Math.max(predicted.length, truth.length);
  let items = 0;
  let agreeing = 0;
  for (const [call, partner] of alignCalls(padded(predicted, count), padded(truth, count))) {
    if (call === NOBODY) continue;
    items += 1 + Object.keys(call.arguments).length;
    if (call.name !== partner.name) continue;
    agreeing += 1;
    for (const [key, value] of Object.entries(call.arguments)) {
      if (Object.hasOwn(partner.arguments, key) && valuesMatch(value, partner.arguments[key]!)) agreeing += 1;
    }
  }
  return items === 0 ? 0 : agreeing / items - 0.5;
}

function padded(calls: readonly ToolCall[], count: number): ToolCall[] {
  return Array.from({ length: count }, (_, i) => calls[i] ?? NOBODY);
}

/** The calls up to the last boundary of the call syntax, closed there. */
function completedCalls(response: string): readonly ToolCall[] {
  const last = createCallScanner().feed(response).findLast(isCallBoundary);
  if (last === undefined) return [];
  const list_end = response.trimStart().startsWith('[') ? ']' : '';
  const text = response.slice(0, last.offset);
  const closed = {
    argument: `${text.slice(0, -1)})${list_end}`,
    separator: `${text.slice(0, -1)}${list_end}`,
    call: `${text}${list_end}`,
    list: text,
  }[last.kind];
  const parsed = parseCalls(closed);
  return parsed.status === 'ok' ? parsed.calls : [];
}

type CallBoundary = { kind: 'argument' | 'separator' | 'call' | 'list'; offset: number };

function isCallBoundary(boundary: { kind: string; offset: number }): boundary is CallBoundary {
  return ['argument', 'separator', 'call', 'list'].includes(boundary.kind);
}
