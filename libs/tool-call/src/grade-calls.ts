import type { Tool, ToolCall } from '@itool/record';
import { alignCalls } from './align-calls.ts';
import { callsMatch } from './calls-match.ts';
import { type ParsedCalls, parseCalls } from './parse-calls.ts';

export type Grade = 'A' | 'B' | 'C' | 'D';

export const gradeNames: Readonly<Record<Grade, string>> = { A: 'Excellent', B: 'Acceptable', C: 'Fair', D: 'Poor' };

export type GradeOptions = {
  expected: readonly ToolCall[];
  /** Response text, or the result of `parseCalls` for it. */
  predicted: string | ParsedCalls;
  tools?: readonly Tool[];
};

/**
 * Deterministic grade of a response (specification 13.3), for reports; the search asks the model instead.
 * A: calls equal. B: equal after string normalisation, or with a default spelled out. C: the right names, something else wrong.
 * D: wrong name, wrong number of calls, or no calls to read. Where nothing was to be called: A without a call, else D.
 */
export function gradeCalls({ expected, predicted, tools }: GradeOptions): Grade {
  const parsed = typeof predicted === 'string' ? parseCalls(predicted) : predicted;
  if (expected.length === 0) return parsed.status === 'ok' ? 'D' : 'A';
  if (parsed.status !== 'ok' || parsed.calls.length !== expected.length) return 'D';
  if (callsMatch(parsed.calls, expected, { strict: true })) return 'A';
  if (callsMatch(parsed.calls, expected, { tools })) return 'B';
  return alignCalls(parsed.calls, expected).every(([p, e]) => p.name === e.name) ? 'C' : 'D';
}
