import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type BfclAnswer,
  type BfclQuestion,
  dictGet,
  isDict,
  loadAnswers,
  loadFunctionDocs,
  loadQuestions,
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
  /** Function documents of a simulated class. */
  functionDocs(class_name: string): readonly PyDict[];
};

function byId<Row extends { id: string }>(
  load: (path: string) => Row[],
  folder: string,
): (category: string) => Map<string, Row> {
  const loaded = new Map<string, Map<string, Row>>();
  return (category) => {
    const known = loaded.get(category);
    if (known) return known;
    const version = ['v4', 'v3'].find((name) => existsSync(join(folder, `BFCL_${name}_${category}.json`))) ?? 'v4';
    const rows = new Map(load(join(folder, `BFCL_${version}_${category}.json`)).map((row) => [row.id, row]));
    loaded.set(category, rows);
    return rows;
  };
}

/** Question and answer rows of the official data by id; each file is read once, when a row of it is asked for. */
export function openDataset(folder: string): Dataset {
  const questions = byId(loadQuestions, folder);
  const answers = byId(loadAnswers, join(folder, 'possible_answer'));
  const docs = new Map<string, readonly PyDict[]>();
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
    question: (id, category) => find(questions(category), id),
    answer: (id, category) => find(answers(category), id),
    functionDocs: (class_name) => {
      const known = docs.get(class_name) ?? loadFunctionDocs(folder, class_name);
      docs.set(class_name, known);
      return known;
    },
  };
}

/** Golden files in a folder, sorted by name. */
export function goldenFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .sort();
}
