import type { BenchmarkScores } from '@itool/bfcl-eval';
import { textTable } from '../text/text-table.ts';

const percent = (share: number): string => (100 * share).toFixed(2);

/** Categories, averages with row counts and intervals, and errors, as tables. */
export function scoresText(scores: BenchmarkScores): string {
  const interval = (range: { low: number; high: number } | null): string =>
    range === null ? '' : `${percent(range.low)} .. ${percent(range.high)}`;
  const categories = Object.entries(scores.categories).map(([name, { correct, total, interval: range }]) => [
    name,
    `${correct}/${total}`,
    percent(total === 0 ? 0 : correct / total),
    interval(range),
    '',
  ]);
  const aggregates = Object.entries(scores.aggregates)
    .filter(([, { rows }]) => rows > 0)
    .map(([name, { accuracy, rows, missing, interval: range }]) => [
      name,
      `${rows}`,
      percent(accuracy),
      interval(range),
      missing.length === 0 ? '' : `not run, counted as 0: ${missing.join(', ')}`,
    ]);
  const errors = Object.entries(scores.error_types).sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const { overall, answerable } = scores;
  return [
    textTable([['category', 'right', '%', '95 % interval'], ...categories], [1, 2]),
    textTable([[`average (${scores.formula})`, 'rows', '%', '95 % interval'], ...aggregates], [1, 2]),
    errors.length === 0 ? '' : textTable([['error type', 'rows'], ...errors.map(([name, n]) => [name, `${n}`])], [1]),
    `${overall.correct} of ${overall.total} rows right; ${answerable.correct} of the ${answerable.total} that can be answered\n`,
  ]
    .filter((part) => part !== '')
    .join('\n');
}
