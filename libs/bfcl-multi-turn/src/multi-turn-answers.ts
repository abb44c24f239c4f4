import { dictGet, loadObjects, type PyValue } from '@itool/bfcl';
import { ItoolError } from '@itool/record';

/** Expected calls per turn, as Python call texts. */
export type MultiTurnAnswer = { id: string; ground_truth: string[][] };

function isTexts(value: PyValue): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** Reads an answer file of multi-turn rows; an error names file and line. */
export function loadMultiTurnAnswers(path: string): MultiTurnAnswer[] {
  return loadObjects(path).map((row, i) => {
    const id = dictGet(row, 'id');
    const ground_truth = dictGet(row, 'ground_truth');
    if (typeof id !== 'string' || !Array.isArray(ground_truth) || !ground_truth.every(isTexts)) {
      throw new ItoolError({
        code: 'bad_data',
        message: `bfcl-multi-turn: row has no "id" and turns of call texts "ground_truth": ${path}: row ${i + 1}`,
        hint: 'Answers of single-turn categories have another form.',
      });
    }
    return { id, ground_truth };
  });
}
