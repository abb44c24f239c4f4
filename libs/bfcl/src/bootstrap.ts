import { randomStream } from '@itool/random';
import { aggregateNames, type ScoreFormula, scoreCategories, type Tally } from './score-categories.ts';

export type Interval = { low: number; high: number };

/** Rows right among `total` rows drawn with replacement, of which `correct` are right. */
function resample(draw: () => number, { correct, total }: Tally): number {
  const share = correct / total;
  let right = 0;
  for (let row = 0; row < total; row++) if (draw() < share) right++;
  return right;
}

/**
 * 95 % bootstrap intervals (percentile method) of every aggregate and category: rows are drawn with replacement within each
 * category, so the composition of the benchmark stays. They cover the choice of test rows, not that of the training seed.
 *
 * @param samples number of resampled benchmarks
 */
export function bootstrapIntervals(
  tallies: Readonly<Record<string, Tally>>,
  formula: ScoreFormula,
  { seed = 0, samples = 1000 }: { seed?: number; samples?: number } = {},
): { categories: Record<string, Interval>; aggregates: Record<string, Interval> } {
  const given = Object.entries(tallies).filter(([, { total }]) => total > 0);
  const drawn = new Map<string, number[]>(given.map(([category]) => [category, []]));
  for (const [category, tally] of given) {
    // One stream per category: a category more or less moves no other interval.
    const stream = randomStream(seed, 'bfcl-bootstrap', category);
    const draw = () => stream.uint32() / 4294967296;
    const counts = drawn.get(category)!;
    const certain = tally.correct === 0 || tally.correct === tally.total;
    for (let i = 0; i < samples; i++) counts.push(certain ? tally.correct : resample(draw, tally));
  }
  const aggregates = new Map<string, number[]>(aggregateNames(formula).map((name) => [name, []]));
  for (let i = 0; i < samples; i++) {
    const sample = given.map(
      ([category, { total }]) => [category, { correct: drawn.get(category)![i]!, total }] as const,
    );
    const scores = scoreCategories(Object.fromEntries(sample), formula).aggregates;
    for (const [name, values] of aggregates) values.push(scores[name]!.accuracy);
  }
  const interval = (values: number[]): Interval => {
    const sorted = Float64Array.from(values).sort();
    return { low: sorted[Math.floor(0.025 * samples)]!, high: sorted[Math.ceil(0.975 * samples) - 1]! };
  };
  return {
    categories: Object.fromEntries(
      given.map(([category, { total }]) => [category, interval(drawn.get(category)!.map((count) => count / total))]),
    ),
    aggregates: Object.fromEntries([...aggregates].map(([name, values]) => [name, interval(values)])),
  };
}
