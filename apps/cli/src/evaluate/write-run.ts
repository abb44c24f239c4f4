import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { BenchmarkScores, Case, OfficialFile } from '@itool/bfcl-eval';
import { CASE_COLUMNS } from '@itool/bfcl-eval';

/** Writes the official files, `scores.json` and the cases (Parquet, and JSON lines to read) into a folder. */
export async function writeRun(
  folder: string,
  files: readonly OfficialFile[],
  scores: BenchmarkScores,
  cases: readonly Case[],
): Promise<void> {
  const { writeParquet } = await import('@itool/artifact');
  const write = (path: string, data: string | Uint8Array): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), data);
  };
  for (const { path, text } of files) write(path, text);
  write('scores.json', `${JSON.stringify(scores, null, 2)}\n`);
  write('cases.parquet', await writeParquet(cases, CASE_COLUMNS));
  write('cases.jsonl', cases.map((one) => `${JSON.stringify(one)}\n`).join(''));
}
