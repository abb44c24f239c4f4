import { dictGet, isDict, type PyDict, type ScoreFormula, scoreCategories, type Tally, toJson } from '@itool/bfcl';
import { textOf } from './golden-rows.ts';

/** Cells of the official tables and the aggregate that holds the same figure. */
const CELLS: readonly (readonly [table: string, cell: string, aggregate: string])[] = [
  ['data_overall.csv', 'Overall Acc', 'overall'],
  ['data_overall.csv', 'Non-Live AST Acc', 'non_live_ast'],
  ['data_overall.csv', 'Non-Live Simple AST', 'simple'],
  ['data_overall.csv', 'Non-Live Exec Acc', 'non_live_exec'],
  ['data_overall.csv', 'Live Acc', 'live'],
  ['data_overall.csv', 'Multi Turn Acc', 'multi_turn'],
  ['data_overall.csv', 'Relevance Detection', 'relevance'],
  ['data_overall.csv', 'Irrelevance Detection', 'irrelevance'],
  ['data_non_live.csv', 'Non_Live Overall Acc', 'non_live'],
  ['data_non_live.csv', 'Non-Live Overall Acc', 'non_live'],
  ['data_live.csv', 'AST Summary', 'live_ast'],
];

/** Compares the aggregates of one table of category tallies, as percentages with two decimals. */
export function compareScores(row: PyDict): string | null {
  const tallies = toJson(dictGet(row, 'categories') ?? null) as Record<string, [number, number]>;
  const named = Object.entries(tallies).map(([name, [correct, total]]): [string, Tally] => [name, { correct, total }]);
  const { aggregates } = scoreCategories(Object.fromEntries(named), textOf(row, 'formula') as ScoreFormula);
  const official = dictGet(row, 'official') ?? null;
  for (const [table, cell, aggregate] of CELLS) {
    const cells = isDict(official) ? dictGet(official, table) : undefined;
    const expected = isDict(cells) ? dictGet(cells, cell) : undefined;
    if (typeof expected !== 'string') continue;
    const { accuracy, missing } = aggregates[aggregate] ?? { accuracy: Number.NaN, missing: [] };
    // Newer tables print some summaries as N/A when a category has no rows; ours keep the figure and name the categories.
    if (expected === 'N/A' && missing.length > 0) continue;
    // Both sides round the same quotient; sums taken in another order may differ in the last bit, hence half a unit of tolerance.
    if (!(Math.abs(accuracy * 100 - Number.parseFloat(expected)) <= 0.005 + 1e-9)) {
      return `${textOf(row, 'id')}: ${cell} ${(accuracy * 100).toFixed(2)}%, official ${expected}`;
    }
  }
  return null;
}
