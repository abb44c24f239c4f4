import type { ToolCall } from '@itool/record';
import { callMatches, callsMatch, completedCalls, type ParsedCalls, parseCalls, valuesMatch } from '@itool/tool-call';

/**
 * What the ground truth says of a set of pairs: `precise` when only the chosen fragment keeps the response on track, `inverted` when only
 * the rejected one does, `both` and `neither` when the pair is about something the ground truth does not tell apart.
 */
export type PairPrecision = { precise: number; inverted: number; both: number; neither: number };

/**
 * Whether a response can still become (or, when ended, is) the ground truth: its closed calls are calls of the ground truth, and so far the
 * open one is too. A response that was cut off is off track; one that has completed nothing yet is on track as long as it is prose where the ground truth is, or a call where it is.
 *
 * @param reason of the node that ends it: `end`, `length`, `context`, or empty while it goes on
 */
export function isOnTrack(response: string, reason: string, expected: ParsedCalls): boolean {
  const begun = parseCalls(response);
  if (reason === 'end') {
    if (expected.status !== 'ok') return begun.status === expected.status;
    return begun.status === 'ok' && callsMatch(begun.calls, expected.calls);
  }
  if (reason !== '') return false;
  if (expected.status !== 'ok') return begun.status === 'noCall';
  const { calls, open } = completedCalls(response);
  return calls.length === 0 ? begun.status !== 'noCall' : canBecome(calls, open, expected.calls);
}

/** Calls find distinct partners; only an open last one may lack arguments of its partner. */
function canBecome([call, ...others]: readonly ToolCall[], open: boolean, expected: readonly ToolCall[]): boolean {
  if (call === undefined) return true;
  const fits = open && others.length === 0 ? beginsLike : callMatches;
  return expected.some((partner, i) => fits(call, partner) && canBecome(others, open, expected.toSpliced(i, 1)));
}

function beginsLike(call: ToolCall, partner: ToolCall): boolean {
  if (call.name !== partner.name) return false;
  return Object.entries(call.arguments).every(
    ([key, value]) => Object.hasOwn(partner.arguments, key) && valuesMatch(value, partner.arguments[key]!),
  );
}

export function countPrecision(
  pairs: readonly { chosen_on_track: boolean; rejected_on_track: boolean }[],
): PairPrecision {
  const count = (chosen: boolean, rejected: boolean) =>
    pairs.filter((pair) => pair.chosen_on_track === chosen && pair.rejected_on_track === rejected).length;
  return {
    precise: count(true, false),
    inverted: count(false, true),
    both: count(true, true),
    neither: count(false, false),
  };
}
