import { readFileSync } from 'node:fs';
import { ItoolError, type Message, type Tool } from '@itool/record';
import { PyJsonError, parsePyJson, toJson } from './py-json.ts';
import { dictGet, isDict, type PyDict, type PyValue } from './py-value.ts';

/** One question row. `function_docs` keeps the documents as typed values, `tools` is their plain JSON. */
export type BfclQuestion = {
  id: string;
  /** Turns of messages; single-turn categories have one turn. */
  question: Message[][];
  tools: Tool[];
  function_docs: PyDict[];
};

/** One answer row: per expected call a one-key dict `{function: {parameter: [acceptable values]}}`. */
export type BfclAnswer = { id: string; ground_truth: PyDict[] };

function badRow(path: string, line: number, fact: string, cause?: unknown): ItoolError {
  return new ItoolError({
    code: 'bad_data',
    message: `bfcl: ${fact}: ${path}:${line}`,
    hint: 'The file holds one JSON object per line; fetch it again if it was cut short.',
    cause,
  });
}

function readRows<Row>(path: string, toRow: (row: PyDict, fail: (fact: string) => never) => Row): Row[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ItoolError({
      code: 'missing_file',
      message: `bfcl: file cannot be read: ${path}`,
      hint: 'Check the path of the benchmark data.',
      cause,
    });
  }
  return text.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return [];
    let row: PyValue;
    try {
      row = parsePyJson(line);
    } catch (cause) {
      if (!(cause instanceof PyJsonError)) throw cause;
      throw badRow(path, i + 1, `line is no JSON object (${cause.message})`, cause);
    }
    const fail = (fact: string): never => {
      throw badRow(path, i + 1, fact);
    };
    return [toRow(isDict(row) ? row : fail('line is no JSON object'), fail)];
  });
}

function stringMember(row: PyDict, key: string, fail: (fact: string) => never): string {
  const value = dictGet(row, key);
  return typeof value === 'string' ? value : fail(`row has no text member "${key}"`);
}

function dictsMember(row: PyDict, key: string, fail: (fact: string) => never): PyDict[] {
  const value = dictGet(row, key);
  if (!Array.isArray(value) || !value.every(isDict)) return fail(`row has no list of objects "${key}"`);
  return value;
}

/**
 * Reads a question file (`BFCL_v3_*` or `BFCL_v4_*`, or one of ours in the same format). Throws an error that names file and line
 * when a line is cut off or lacks a member.
 */
export function loadQuestions(path: string): BfclQuestion[] {
  return readRows(path, (row, fail) => {
    const question = dictGet(row, 'question');
    if (!Array.isArray(question) || !question.every(Array.isArray)) return fail('row has no list of turns "question"');
    const function_docs = dictGet(row, 'function') === undefined ? [] : dictsMember(row, 'function', fail);
    return {
      id: stringMember(row, 'id', fail),
      question: toJson(question) as unknown as Message[][],
      tools: function_docs.map((doc) => toJson(doc) as unknown as Tool),
      function_docs,
    };
  });
}

/** Reads an answer file of single-turn categories. Errors as for `loadQuestions`. */
export function loadAnswers(path: string): BfclAnswer[] {
  return readRows(path, (row, fail) => ({
    id: stringMember(row, 'id', fail),
    ground_truth: dictsMember(row, 'ground_truth', fail),
  }));
}
