import {
  bootstrapIntervals,
  categoriesOf,
  type Interval,
  type ScoreFormula,
  scoreCategories,
  type Tally,
} from '@itool/bfcl';
import type { Case } from './case.ts';

export type BenchmarkScores = {
  formula: ScoreFormula;
  /** Rows right and rows in all, with the share and its 95 % bootstrap interval, by category. */
  categories: Record<string, Tally & { interval: Interval | null }>;
  /** Share in 0..1, the 95 % bootstrap interval, the rows behind it, and the categories that were not run and count as 0. */
  aggregates: Record<string, { accuracy: number; interval: Interval; rows: number; missing: string[] }>;
  overall: Tally;
  /** As `overall` without the official rows that no reply can pass. */
  answerable: Tally;
  error_types: Record<string, number>;
  error_classes: Record<string, number>;
};

function tally(cases: readonly Case[]): Tally {
  return { correct: cases.filter(({ valid }) => valid).length, total: cases.length };
}

function countBy(values: readonly (string | null)[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) if (value !== null) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

/** Counts, official aggregates with intervals, and errors of a run. */
export function scoreBenchmark(cases: readonly Case[], formula: ScoreFormula): BenchmarkScores {
  const by_category = new Map<string, Case[]>();
  for (const one of cases) {
    const rows = by_category.get(one.category);
    if (rows === undefined) by_category.set(one.category, [one]);
    else rows.push(one);
  }
  const tallies = Object.fromEntries([...by_category].map(([category, rows]) => [category, tally(rows)]));
  const { aggregates, merged } = scoreCategories(tallies, formula);
  const intervals = bootstrapIntervals(tallies, formula);
  const rowsOf = (aggregate: string) =>
    categoriesOf(aggregate, formula).reduce((sum, category) => sum + (merged[category]?.total ?? 0), 0);
  return {
    formula,
    categories: Object.fromEntries(
      Object.entries(tallies).map(([category, counts]) => [
        category,
        { ...counts, interval: intervals.categories[category] ?? null },
      ]),
    ),
    aggregates: Object.fromEntries(
      Object.entries(aggregates).map(([name, { accuracy, missing }]) => [
        name,
        { accuracy, interval: intervals.aggregates[name]!, rows: rowsOf(name), missing },
      ]),
    ),
    overall: tally(cases),
    answerable: tally(cases.filter(({ answerable }) => answerable)),
    error_types: countBy(cases.map(({ error_type }) => error_type)),
    error_classes: countBy(cases.map(({ error_class }) => error_class)),
  };
}
