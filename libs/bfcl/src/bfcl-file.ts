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
  /** Multi-turn rows only: classes whose functions the model may call, and function names held out until a turn (by its index). */
  involved_classes?: string[];
  missed_function?: Record<string, string[]>;
  /** Multi-turn rows only: initial state by class. */
  initial_config?: PyDict;
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

function multiTurnMembers(row: PyDict, fail: (fact: string) => never): Partial<BfclQuestion> {
  const classes = dictGet(row, 'involved_classes');
  const missed = dictGet(row, 'missed_function');
  const initial_config = dictGet(row, 'initial_config');
  const texts = (value: PyValue | undefined): value is string[] =>
    Array.isArray(value) && value.every((item) => typeof item === 'string');
  if (classes === undefined) return {};
  if (!texts(classes)) return fail('row has no list of texts "involved_classes"');
  if (missed !== undefined && !(isDict(missed) && missed.entries.every(([, names]) => texts(names)))) {
    return fail('row has no lists of function names "missed_function"');
  }
  return {
    involved_classes: classes,
    ...(missed === undefined ? {} : { missed_function: toJson(missed) as Record<string, string[]> }),
    ...(isDict(initial_config) ? { initial_config } : {}),
  };
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
      ...multiTurnMembers(row, fail),
    };
  });
}

/** Reads a file with one object per line, as PyDicts. Errors as for `loadQuestions`. */
export function loadObjects(path: string): PyDict[] {
  return readRows(path, (row) => row);
}

/** Reads an answer file of single-turn categories. Errors as for `loadQuestions`. */
export function loadAnswers(path: string): BfclAnswer[] {
  return readRows(path, (row, fail) => ({
    id: stringMember(row, 'id', fail),
    ground_truth: dictsMember(row, 'ground_truth', fail),
  }));
}
