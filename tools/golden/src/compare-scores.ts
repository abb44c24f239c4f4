import { dictGet, isDict, type PyDict, type ScoreFormula, scoreTables, type Tally, toJson } from '@itool/bfcl';
import { textOf } from './golden-rows.ts';

/** Cells with figures that the tables of category tallies do not hold. */
const UNMEASURED = /Cost|Latency|Composite|Format Sensitivity/;

/** Compares every cell of the leaderboard tables of one set of category tallies. */
export function compareScores(row: PyDict): string | null {
  const tallies = toJson(dictGet(row, 'categories') ?? null) as Record<string, [number, number]>;
  const named = Object.entries(tallies).map(([name, [correct, total]]): [string, Tally] => [name, { correct, total }]);
  const formula = textOf(row, 'formula') as ScoreFormula;
  const tables = scoreTables([{ model: 'model', tallies: Object.fromEntries(named) }], formula);
  const official = dictGet(row, 'official');
  for (const [file, cells] of isDict(official) ? official.entries : []) {
    const table = tables.find((candidate) => candidate.file === file);
    for (const [column, expected] of isDict(cells) ? cells.entries : []) {
      if (UNMEASURED.test(String(column))) continue;
      const own = table?.rows[0]?.[table.header.indexOf(String(column))];
      if (own !== expected) return `${textOf(row, 'id')}: ${file} ${column}: ${own}, official ${expected}`;
    }
  }
  return null;
}
