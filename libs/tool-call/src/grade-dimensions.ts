import type { ToolCall } from '@itool/record';
import { alignCalls } from './align-calls.ts';
import { callMatches, surplusKeys } from './calls-match.ts';
import { type Grade, type GradeOptions, gradeCalls } from './grade-calls.ts';
import { type ParsedCalls, parseCalls } from './parse-calls.ts';
import { printCalls } from './print-calls.ts';

/**
 * The five dimensions of the rubric (specs/itool.md 13.3). The first four hold when they hold for every call, paired by best assignment;
 * without calls to compare they are false. They are independent: a wrong name does not hide that the parameters are right.
 */
export type GradedCalls = {
  grade: Grade;
  function_name: boolean;
  parameter_count: boolean;
  parameter_names: boolean;
  /** Values and types. */
  parameter_values: boolean;
  /** Token F1 of the canonical texts, 0..1. */
  similarity: number;
};

/** Words, numbers and single marks of a text with how often each occurs. */
function tokenCounts(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const token of text.match(/[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? []) {
    counts.set(token, (counts.get(token) ?? 0) + 1);
  }
  return counts;
}

/** F1 of the tokens that two texts share, each counted as often as both have it; 1 for two empty texts. */
function tokenF1(a: string, b: string): number {
  const left = tokenCounts(a);
  const right = tokenCounts(b);
  const sum = (counts: Map<string, number>) => [...counts.values()].reduce((total, count) => total + count, 0);
  const total = sum(left) + sum(right);
  let shared = 0;
  for (const [token, count] of left) shared += Math.min(count, right.get(token) ?? 0);
  return total === 0 ? 1 : (2 * shared) / total;
}

/** The grade of a response and what it consists of, for reports. Same rules of comparison as `gradeCalls`. */
export function gradeDimensions(options: GradeOptions): GradedCalls {
  const { expected, tools } = options;
  const parsed: ParsedCalls = typeof options.predicted === 'string' ? parseCalls(options.predicted) : options.predicted;
  const grade = gradeCalls({ ...options, predicted: parsed });
  const predicted_text = parsed.status === 'ok' ? printCalls(parsed.calls) : '';
  const similarity = tokenF1(predicted_text, expected.length === 0 ? '' : printCalls(expected));
  const counts_equal = parsed.status === 'ok' && parsed.calls.length === expected.length;
  const pairs: [ToolCall, ToolCall][] = counts_equal ? alignCalls(parsed.calls, expected) : [];
  const nothing_to_do = expected.length === 0 && parsed.status !== 'ok';
  const all = (holds: (predicted: ToolCall, target: ToolCall) => boolean): boolean =>
    nothing_to_do || (pairs.length > 0 && pairs.every(([predicted, target]) => holds(predicted, target)));
  const missing = (predicted: ToolCall, target: ToolCall) =>
    Object.keys(target.arguments).filter((key) => !Object.hasOwn(predicted.arguments, key)).length;
  const surplus = (predicted: ToolCall, target: ToolCall) => surplusKeys(predicted, target, { tools }).length;
  return {
    grade,
    function_name: all((predicted, target) => predicted.name === target.name),
    parameter_count: all((predicted, target) => surplus(predicted, target) === missing(predicted, target)),
    parameter_names: all((predicted, target) => surplus(predicted, target) + missing(predicted, target) === 0),
    parameter_values: all((predicted, target) => callMatches({ ...predicted, name: target.name }, target, { tools })),
    similarity,
  };
}
