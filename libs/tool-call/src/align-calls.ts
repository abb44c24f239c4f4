import type { ToolCall } from '@itool/record';
import { surplusKeys, valuesMatch } from './calls-match.ts';

/**
 * Assignment of least total cost for a square matrix (Hungarian algorithm with potentials, O(n^3)).
 * Returns the column of each row.
 */
function cheapestAssignment(cost: readonly (readonly number[])[]): number[] {
  const n = cost.length;
  const rowPotential = new Array<number>(n + 1).fill(0);
  const columnPotential = new Array<number>(n + 1).fill(0);
  const rowOf = new Array<number>(n + 1).fill(0);
  for (let row = 1; row <= n; row++) {
    const slack = new Array<number>(n + 1).fill(Number.POSITIVE_INFINITY);
    const previous = new Array<number>(n + 1).fill(0);
    const done = new Array<boolean>(n + 1).fill(false);
    rowOf[0] = row;
    let column = 0;
    while (rowOf[column] !== 0) {
      done[column] = true;
      let step = Number.POSITIVE_INFINITY;
      let next = 0;
      for (let j = 1; j <= n; j++) {
        if (done[j]) continue;
        const r = rowOf[column]!;
        const reduced = cost[r - 1]![j - 1]! - rowPotential[r]! - columnPotential[j]!;
        if (reduced < slack[j]!) {
          slack[j] = reduced;
          previous[j] = column;
        }
        if (slack[j]! < step) {
          step = slack[j]!;
          next = j;
        }
      }
      for (let j = 0; j <= n; j++) {
        if (done[j]) {
          rowPotential[rowOf[j]!]! += step;
          columnPotential[j]! -= step;
        } else slack[j]! -= step;
      }
      column = next;
    }
    while (column !== 0) {
      rowOf[column] = rowOf[previous[column]!]!;
      column = previous[column]!;
    }
  }
  const columnOf = new Array<number>(n).fill(-1);
  for (let j = 1; j <= n; j++) columnOf[rowOf[j]! - 1] = j - 1;
  return columnOf;
}

function similarity(predicted: ToolCall, expected: ToolCall): number {
  const keys = Object.keys(expected.arguments);
  const shared = keys.filter((key) => Object.hasOwn(predicted.arguments, key));
  const equal = shared.filter((key) => valuesMatch(predicted.arguments[key]!, expected.arguments[key]!)).length;
  const union = keys.length + surplusKeys(predicted, expected).length;
  const overlap = union === 0 ? 1 : shared.length / union;
  // Weights keep the order name, then keys, then values: each term is at most 1 and outweighs all later ones.
  return (predicted.name === expected.name ? 16 : 0) + 4 * overlap + (keys.length === 0 ? 1 : equal / keys.length);
}

/** Pairs each predicted call with an expected call of the same number: best total of name, then keys, then values. */
export function alignCalls(predicted: readonly ToolCall[], expected: readonly ToolCall[]): [ToolCall, ToolCall][] {
  const cost = predicted.map((call) => expected.map((other) => -similarity(call, other)));
  return cheapestAssignment(cost).map((e, p) => [predicted[p]!, expected[e]!]);
}
