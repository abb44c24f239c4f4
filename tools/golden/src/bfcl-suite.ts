import { join } from 'node:path';
import type { PyDict } from '@itool/bfcl';
import { compareConversation, compareProbe, compareRun, openMultiTurnData } from './compare-multi-turn.ts';
import { comparePrimitive, coversPrimitive } from './compare-primitives.ts';
import { comparePrompt } from './compare-prompts.ts';
import { compareScores } from './compare-scores.ts';
import { compareVerdict } from './compare-verdicts.ts';
import { compareRows, type FileReport, type GoldenReport, summarize } from './file-report.ts';
import { goldenFiles, openRows, readGoldenRows } from './golden-rows.ts';

function compareCovered(
  file: string,
  rows: PyDict[],
  covers: (row: PyDict) => boolean,
  compare: (row: PyDict) => string | null,
): FileReport {
  const covered = rows.filter(covers);
  const note = `${rows.length - covered.length} rows of kinds that are not implemented left out`;
  return { ...compareRows(file, covered, compare), note };
}

/** Compares every golden file of a folder that the evaluator covers; `data` is the folder of the official data files. */
export function runBfclSuite(golden: string, data: string): GoldenReport {
  const dataset = openRows(data);
  const multiTurn = openMultiTurnData(data);
  const files = goldenFiles(golden).map((file): FileReport => {
    const read = () => readGoldenRows(join(golden, file));
    switch (file) {
      case 'ast_python.jsonl':
      case 'ast_fc.jsonl':
      case 'ast_java_js.jsonl':
      case 'relevance.jsonl':
        return compareRows(file, read(), (row) => compareVerdict(row, dataset));
      case 'aggregation.jsonl':
        return compareRows(file, read(), compareScores);
      case 'python_primitives.jsonl':
        return compareCovered(file, read(), coversPrimitive, comparePrimitive);
      case 'prompts.jsonl':
        return compareRows(file, read(), (row) => comparePrompt(row, dataset));
      case 'api_probe.jsonl':
        return compareRows(file, read(), (row) => compareProbe(row, dataset, multiTurn));
      case 'multi_turn_gt_runs.jsonl':
        return compareRows(file, read(), (row) => compareRun(row, dataset, multiTurn));
      case 'multi_turn_verdicts.jsonl':
        return compareRows(file, read(), (row) => compareConversation(row, dataset, multiTurn));
      default:
        return { file, skipped: 'not a file of this suite' };
    }
  });
  return summarize('bfcl', files);
}
