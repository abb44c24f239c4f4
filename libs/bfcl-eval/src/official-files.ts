import {
  categoryGroup,
  type JudgedRow,
  type ResultRow,
  resultFileText,
  type ScoreFormula,
  scoreFileText,
  scoreTables,
  type Tally,
  tableText,
} from '@itool/bfcl';

export type OfficialFile = { /** path below the folder of a run, with `/` */ path: string; text: string };

/** Name of a model as a folder name. */
function folderName(model: string): string {
  return model.replace(/[^\p{L}\p{N}._-]+/gu, '_').replace(/^\.+/, '_');
}

/**
 * The files the official tool keeps of a run: `result/<model>/<group>/BFCL_v4_<category>_result.json`,
 * `score/<model>/<group>/BFCL_v4_<category>_score.json` and the leaderboard tables `score/data_*.csv`.
 */
export function officialFiles(
  model: string,
  categories: readonly { category: string; judged: readonly JudgedRow[]; results?: readonly ResultRow[] }[],
  formula: ScoreFormula,
): OfficialFile[] {
  const version = formula === 'head' ? 'v4' : 'v3';
  const path = (kind: 'result' | 'score', category: string) =>
    `${kind}/${folderName(model)}/${categoryGroup(category)}/BFCL_${version}_${category}_${kind}.json`;
  const files = categories.flatMap(({ category, judged, results }) => [
    ...(results === undefined ? [] : [{ path: path('result', category), text: resultFileText(results) }]),
    { path: path('score', category), text: scoreFileText(model, judged) },
  ]);
  const tallies = Object.fromEntries(
    categories.map(({ category, judged }): [string, Tally] => [
      category,
      { correct: judged.filter(({ verdict }) => verdict.valid).length, total: judged.length },
    ]),
  );
  const tables = scoreTables([{ model, tallies }], formula);
  return [...files, ...tables.map((table) => ({ path: `score/${table.file}`, text: tableText(table) }))];
}
