import { join } from 'node:path';
import { loadDatabases, loadDialogues } from '@itool/api-bank';
import { recordedServices } from './api-bank-recorded.ts';
import { compareCheck, compareDialogue, compareExecution, compareRouge, compareTarget } from './compare-api-bank.ts';
import { compareRows, type FileReport, type GoldenReport, summarize } from './file-report.ts';
import { goldenFiles, readGoldenRows } from './golden-rows.ts';

/** Compares every golden file of the API-Bank evaluator; `data` holds `init_database/` and `lv1-lv2-samples/` of the official repository. */
export function runApiBankSuite(golden: string, data: string): GoldenReport {
  const dialogues = loadDialogues(data);
  const setting = { databases: loadDatabases(data), services: recordedServices(dialogues), dialogues };
  const comparisons: Readonly<Record<string, typeof compareExecution>> = {
    'dialogues.jsonl': compareDialogue,
    'direct.jsonl': compareCheck,
    'exec.jsonl': compareExecution,
    'groundtruth.jsonl': compareTarget,
    'rouge.jsonl': compareRouge,
  };
  const files = goldenFiles(golden).map((file): FileReport => {
    const compare = comparisons[file];
    if (!compare) return { file, skipped: 'not a file of this suite' };
    return compareRows(file, readGoldenRows(join(golden, file)), (row) => compare(row, setting));
  });
  return summarize('api-bank', files);
}
