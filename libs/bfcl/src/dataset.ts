import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ItoolError } from '@itool/record';
import { type BfclAnswer, type BfclQuestion, loadAnswers, loadObjects, loadQuestions } from './bfcl-file.ts';
import { isRelevanceCategory } from './category.ts';
import { heldOutDocs, loadFunctionDocs } from './multi-turn-docs.ts';
import { dictGet, type PyDict, type PyValue } from './py-value.ts';

const SIMPLE = {
  v3: ['simple', 'java', 'javascript'],
  v4: ['simple_python', 'simple_java', 'simple_javascript'],
} as const;
const OTHERS = [
  'multiple',
  'parallel',
  'parallel_multiple',
  'irrelevance',
  'live_simple',
  'live_multiple',
  'live_parallel',
  'live_parallel_multiple',
  'live_irrelevance',
  'live_relevance',
  'multi_turn_base',
  'multi_turn_miss_func',
  'multi_turn_miss_param',
  'multi_turn_long_context',
] as const;

export type DataVersion = 'v3' | 'v4';

/** Questions and answers of one category. */
export type CategoryData = {
  category: string;
  /** Multi-turn questions come with the documents of their classes, less those held out. */
  questions: readonly BfclQuestion[];
  /** Answer of a single-turn row; undefined in the relevance family. */
  answer(id: string): BfclAnswer | undefined;
  /** Expected calls of a multi-turn row, turn by turn. */
  groundTruth(id: string): PyValue;
  /** Documents of a multi-turn question that are held out, by the index of the turn that reveals them. */
  heldOut(question: BfclQuestion): Map<number, PyDict[]>;
};

/** The official data of one version in a folder; each file is read once, when it is first asked for. */
export type BfclDataset = {
  folder: string;
  version: DataVersion;
  /** Categories that have a question file, by their names in this version. */
  categories: string[];
  /** Multi-turn questions come with the documents of their classes, less those held out. */
  questions(category: string): BfclQuestion[];
  /** Answers of single-turn categories by id; none for the relevance family. */
  answers(category: string): Map<string, BfclAnswer>;
  data(category: string): CategoryData;
  /** Documents of a multi-turn question that are held out, by the index of the turn that reveals them. */
  heldOut(question: BfclQuestion): Map<number, PyDict[]>;
  /** Function documents of a simulated class. */
  functionDocs(class_name: string): readonly PyDict[];
};

export function isMultiTurnCategory(category: string): boolean {
  return category.includes('multi_turn');
}

/** Categories of a version in the order of the leaderboard. */
export function categoryNames(version: DataVersion): string[] {
  return [...SIMPLE[version], ...OTHERS];
}

/** Name of a category in a version: `simple` is `simple_python` in v4, and so on. */
export function nameInVersion(category: string, version: DataVersion): string {
  const other = SIMPLE[version === 'v4' ? 'v3' : 'v4'] as readonly string[];
  const at = other.indexOf(category);
  return at < 0 ? category : SIMPLE[version][at]!;
}

function memoized<Value>(make: (key: string) => Value): (key: string) => Value {
  const known = new Map<string, Value>();
  return (key) => {
    if (!known.has(key)) known.set(key, make(key));
    return known.get(key)!;
  };
}

/**
 * Opens a folder with the official files (`BFCL_v4_<category>.json`, `possible_answer/`, `multi_turn_func_doc/`; v3 names as well).
 * Categories are accepted by the name of either version.
 *
 * @throws ItoolError missing_file when there is no question file
 */
export function openDataset(folder: string): BfclDataset {
  const path = (version: DataVersion, category: string) => join(folder, `BFCL_${version}_${category}.json`);
  const versions = (['v4', 'v3'] as const).map((version) => ({
    version,
    categories: categoryNames(version).filter((category) => existsSync(path(version, category))),
  }));
  const found = versions.find(({ categories }) => categories.length > 0);
  if (found === undefined) {
    throw new ItoolError({
      code: 'missing_file',
      message: `bfcl: folder has no question file: ${folder} (BFCL_v4_<category>.json or BFCL_v3_<category>.json)`,
      hint: 'It is the folder "data" of the official repository.',
    });
  }
  const { version, categories } = found;
  const checked = (category: string): string => {
    const name = nameInVersion(category, version);
    if (categories.includes(name)) return name;
    throw new ItoolError({
      code: 'missing_file',
      message: `bfcl: folder has no questions of category: ${category} (${categories.join(', ')})`,
      hint: `Looked for ${path(version, name)}`,
    });
  };
  const answerPath = (category: string) => join(folder, 'possible_answer', `BFCL_${version}_${checked(category)}.json`);
  const functionDocs = memoized((class_name) => loadFunctionDocs(folder, class_name));
  const split = (question: BfclQuestion) => heldOutDocs(question, functionDocs);
  const questions = memoized((category) =>
    loadQuestions(path(version, checked(category))).map((question) =>
      question.involved_classes === undefined
        ? question
        : { ...question, function_docs: split(question).function_docs },
    ),
  );
  const answers = memoized((category) => {
    if (isRelevanceCategory(category)) return new Map<string, BfclAnswer>();
    return new Map(loadAnswers(answerPath(category)).map((answer) => [answer.id, answer]));
  });
  const truths = memoized(
    (category) =>
      new Map(loadObjects(answerPath(category)).map((row) => [dictGet(row, 'id'), dictGet(row, 'ground_truth')])),
  );
  const heldOut = (question: BfclQuestion) => split(question).held_out;
  return {
    folder,
    version,
    categories,
    questions,
    answers,
    data: (category) => ({
      category: checked(category),
      questions: questions(category),
      answer: (id) => (isMultiTurnCategory(category) ? undefined : answers(category).get(id)),
      groundTruth: (id) => truths(category).get(id) ?? null,
      heldOut,
    }),
    heldOut,
    functionDocs,
  };
}
