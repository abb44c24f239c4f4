import type { DifficultyMeasures } from './difficulty-measures.ts';

export type Tier = 'easy' | 'medium' | 'hard';

/**
 * Tier by the thresholds of the paper's fifth version, hard first, then easy, else medium: its medium condition is an OR that
 * holds for nearly every row, and only this order gives disjoint tiers that cover everything (specs: itool, section 3).
 */
export function thresholdTier({ a, b, c }: DifficultyMeasures): Tier {
  if (a >= 4 || b > 2000 || c >= 4) return 'hard';
  if (a <= 1 && b < 1000 && c <= 1) return 'easy';
  return 'medium';
}

/**
 * Tiers of equal size (the first version's rule): the score of a row is the mean of its percentile ranks in a, b and c; rows sorted
 * by (score, c, a, b, id) are cut at n/3 and 2n/3, so sizes differ by at most one.
 */
export function tertileTiers(rows: readonly (DifficultyMeasures & { row_id: string })[]): Map<string, Tier> {
  const rankA = doubledRanks(rows.map((row) => row.a));
  const rankB = doubledRanks(rows.map((row) => row.b));
  const rankC = doubledRanks(rows.map((row) => row.c));
  // The sum of the doubled ranks orders as the mean percentile rank does, and stays an integer.
  const scored = rows.map((row, i) => ({ ...row, score: rankA[i]! + rankB[i]! + rankC[i]! }));
  scored.sort(
    (x, y) =>
      x.score - y.score ||
      x.c - y.c ||
      x.a - y.a ||
      x.b - y.b ||
      (x.row_id < y.row_id ? -1 : x.row_id > y.row_id ? 1 : 0),
  );
  const cuts = [Math.floor(rows.length / 3), Math.floor((2 * rows.length) / 3)] as const;
  return new Map(
    scored.map(({ row_id }, i) => [row_id, i < cuts[0] ? 'easy' : i < cuts[1] ? 'medium' : 'hard'] as const),
  );
}

/** Twice the mean rank of each value; equal values share it. */
function doubledRanks(values: readonly number[]): number[] {
  const sorted = [...values].sort((x, y) => x - y);
  const first = new Map<number, number>();
  const last = new Map<number, number>();
  sorted.forEach((value, i) => {
    if (!first.has(value)) first.set(value, i);
    last.set(value, i);
  });
  return values.map((value) => first.get(value)! + last.get(value)!);
}
