import { readdirSync, readFileSync } from 'node:fs';
import {
  type BfclAnswer,
  type BfclQuestion,
  dictGet,
  isDict,
  openDataset,
  type PyDict,
  PyJsonError,
  parsePyJson,
} from '@itool/bfcl';
import { ItoolError } from '@itool/record';

/** Rows of a golden file, with int and float kept apart. */
export function readGoldenRows(path: string): PyDict[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.flatMap((line, i) => {
    if (line.trim() === '') return [];
    try {
      const row = parsePyJson(line);
      if (isDict(row)) return [row];
      throw new PyJsonError('expected an object', 0);
    } catch (cause) {
      if (!(cause instanceof PyJsonError)) throw cause;
      throw new ItoolError({
        code: 'bad_data',
        message: `golden: line is no JSON object (${cause.message}): ${path}:${i + 1}`,
        hint: 'Fetch the golden file again; it may have been cut short.',
        cause,
      });
    }
  });
}

export function textOf(row: PyDict, key: string): string {
  const value = dictGet(row, key);
  if (typeof value === 'string') return value;
  throw new ItoolError({ code: 'bad_data', message: `golden: row has no text member: ${key}` });
}

export type Dataset = {
  question(id: string, category: string): BfclQuestion;
  answer(id: string, category: string): BfclAnswer;
  heldOut(question: BfclQuestion): Map<number, PyDict[]>;
};

/** Question and answer rows of the official data by id. */
export function openRows(folder: string): Dataset {
  const dataset = openDataset(folder);
  const questions = new Map<string, Map<string, BfclQuestion>>();
  const questionsOf = (category: string): Map<string, BfclQuestion> => {
    const known = questions.get(category) ?? new Map(dataset.questions(category).map((row) => [row.id, row]));
    questions.set(category, known);
    return known;
  };
  const find = <Row>(rows: Map<string, Row>, id: string): Row => {
    const row = rows.get(id);
    if (row !== undefined) return row;
    throw new ItoolError({
      code: 'bad_data',
      message: `golden: row of the golden file is not in the data: ${id}`,
      hint: 'Golden files and data must come from the same commit of the benchmark.',
    });
  };
  return {
    question: (id, category) => find(questionsOf(category), id),
    answer: (id, category) => find(dataset.answers(category), id),
    heldOut: dataset.heldOut,
  };
}

/** Golden files in a folder, sorted by name. */
export function goldenFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .sort();
}
