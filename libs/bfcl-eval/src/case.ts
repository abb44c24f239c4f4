import { expectedText, type JudgedRow, pyJsonText, unanswerableIds } from '@itool/bfcl';

/** One judged row, for a person or a report to look at. */
export const CASE_COLUMNS = {
  id: 'utf8',
  category: 'utf8',
  split: 'utf8',
  prompt: 'utf8',
  output: 'utf8',
  expected: 'utf8',
  valid: 'bool',
  error_type: 'utf8?',
  error: 'utf8?',
  error_class: 'utf8?',
  grade: 'utf8',
  /** False for official rows that no reply can pass (specs/bfcl.md 9). */
  answerable: 'bool',
} as const;

export type Case = {
  id: string;
  category: string;
  split: string;
  prompt: string;
  output: string;
  expected: string;
  valid: boolean;
  error_type: string | null;
  error: string | null;
  error_class: string | null;
  grade: string;
  answerable: boolean;
};

/** Longest error message of a case; messages repeat the reply, which the case holds anyway. */
const LONGEST_ERROR = 1000;

export function caseOf(row: JudgedRow, split: string, prompt: string): Case {
  const { id, category, result, verdict, possible_answer } = row;
  const { valid, error_type, error, error_class, grade } = verdict;
  return {
    id,
    category,
    split,
    prompt,
    output: typeof result === 'string' ? result : pyJsonText(result),
    expected: possible_answer === undefined ? '' : expectedText(possible_answer),
    valid,
    error_type,
    error: error !== null && error.length > LONGEST_ERROR ? `${error.slice(0, LONGEST_ERROR)}...` : error,
    error_class,
    grade,
    answerable: !unanswerableIds.has(id),
  };
}
