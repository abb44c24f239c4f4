import type { ToolCall } from '@itool/record';
import { alignCalls } from './align-calls.ts';
import { valuesMatch } from './calls-match.ts';
import { completedCalls } from './completed-calls.ts';
import type { ParsedCalls } from './parse-calls.ts';

/** Never the name of a call, so that a call without partner agrees with it in nothing. */
const NOBODY: ToolCall = { name: '', arguments: {} };

/**
 * Completed items of a response that goes on, and how many of them agree with the expected calls. Items are the name of each call that has
 * a completed argument or is closed, and each completed argument. Calls are paired by best assignment, so their order does not matter.
 *
 * @param response ends anywhere; what lies behind its last boundary is not counted
 */
export function partialAgreement(response: string, expected: ParsedCalls): { items: number; agreeing: number } {
  const predicted = completedCalls(response).calls;
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
  return { items, agreeing };
}

function padded(calls: readonly ToolCall[], count: number): ToolCall[] {
  return Array.from({ length: count }, (_, i) => calls[i] ?? NOBODY);
}
