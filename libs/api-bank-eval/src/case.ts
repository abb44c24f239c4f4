/** One judged sample, for a person or a report to look at. */
export const CASE_COLUMNS = {
  id: 'utf8',
  level: 'utf8',
  /** `call` for an API turn, `response` for an answer. */
  kind: 'utf8',
  api: 'utf8?',
  prompt: 'utf8',
  output: 'utf8',
  expected: 'utf8',
  /** Official verdict on a call; of a response, whether it got more than nothing. */
  valid: 'bool',
  /** Official bucket of a call. */
  outcome: 'utf8?',
  error: 'utf8?',
  error_class: 'utf8?',
  grade: 'utf8?',
  names_equal: 'bool?',
  rouge_l: 'float64?',
} as const;

export type Case = {
  id: string;
  level: string;
  kind: 'call' | 'response';
  api: string | null;
  prompt: string;
  output: string;
  expected: string;
  valid: boolean;
  outcome: string | null;
  error: string | null;
  error_class: string | null;
  grade: string | null;
  names_equal: boolean | null;
  rouge_l: number | null;
};
