import { ItoolError } from '@itool/record';
import type { ErrorClass, Grade } from '@itool/tool-call';
import type { BfclAnswer, BfclQuestion } from './bfcl-file.ts';
import type { SubError } from './check-calls.ts';
import { type CaseVerdict, checkCase, type ModelOutput } from './check-case.ts';
import { type CategoryData, isMultiTurnCategory } from './dataset.ts';
import type { StripRule } from './decode-prompt.ts';
import { isDict, type PyValue } from './py-value.ts';
import type { ResultRow } from './result-files.ts';

/** How a model replies: text in the asked format, or calls of a function-calling interface. */
export type ReplyMode = 'prompt' | 'fc';

/** Verdict on one row, single-turn or multi-turn. */
export type RowVerdict = {
  valid: boolean;
  error_type: string | null;
  error: string | null;
  sub_errors?: SubError[];
  error_class: ErrorClass | null;
  grade: Grade;
  /** Decoded reply; undefined when it does not decode, and in multi-turn rows. */
  decoded?: PyValue;
  /** Multi-turn rows: what differs. */
  details?: PyValue;
};

export type MultiTurnRow = { category: string; question: BfclQuestion; ground_truth: PyValue; result: PyValue };

/** Runs and checks the conversation of a multi-turn row. */
export type JudgeMultiTurn = (row: MultiTurnRow, options: JudgeOptions) => RowVerdict;

export type JudgeOptions = {
  mode: ReplyMode;
  strip: StripRule;
  /** Function names are expected with underscores for dots, as interfaces that allow no dots report them. */
  underscoreToDot: boolean;
};

export type JudgedRow = {
  id: string;
  category: string;
  question: BfclQuestion;
  /** Acceptable answers; undefined in the relevance family. */
  possible_answer?: PyValue;
  result: PyValue;
  verdict: RowVerdict;
};

/**
 * Mode of a model from its single-turn results: a list is a function-calling reply. Its function names carry dots only when the
 * interface allows them.
 */
export function replyMode(results: readonly PyValue[]): Pick<JudgeOptions, 'mode' | 'underscoreToDot'> {
  const lists = results.filter(Array.isArray) as PyValue[][];
  const names = lists.flat().flatMap((call) => (isDict(call) ? call.entries.map(([name]) => String(name)) : []));
  return { mode: lists.length > 0 ? 'fc' : 'prompt', underscoreToDot: !names.some((name) => name.includes('.')) };
}

function modelOutput(result: PyValue, mode: ReplyMode): ModelOutput {
  if (mode === 'fc') return { mode: 'fc', calls: result };
  // Anything but a text in prompt mode raises in the original; as a list of no calls it fails to decode as well.
  return typeof result === 'string' ? { mode: 'prompt', text: result } : { mode: 'fc', calls: [null] };
}

function judgeSingleTurn(
  category: string,
  question: BfclQuestion,
  answer: BfclAnswer | undefined,
  result: PyValue,
  options: JudgeOptions,
): RowVerdict {
  const verdict: CaseVerdict = checkCase({
    category,
    question,
    answer,
    modelOutput: modelOutput(result, options.mode),
    strip: options.strip,
    underscoreToDot: options.mode === 'fc' && options.underscoreToDot,
  });
  const { valid, error_type, error, sub_errors, error_class, grade, decoded } = verdict;
  return { valid, error_type, error, sub_errors, error_class, grade, decoded };
}

function badResults(fact: string, ids: readonly string[], category: string, hint: string): ItoolError {
  const shown = ids.slice(0, 3).join(', ');
  return new ItoolError({
    code: 'bad_data',
    message: `bfcl: ${fact}: ${ids.length} of category ${category}: ${shown}${ids.length > 3 ? ', ...' : ''}`,
    hint,
  });
}

/**
 * Verdicts on the results of one category, in the order of the questions.
 *
 * @param partial rows without a result are left out; otherwise they are an error, because they would change the score
 * @throws ItoolError bad_data for results of unknown rows and for missing results
 */
export function judgeResults({
  data,
  results,
  options,
  partial = false,
  judgeMultiTurn,
}: {
  data: CategoryData;
  results: readonly ResultRow[];
  options: JudgeOptions;
  partial?: boolean;
  judgeMultiTurn?: JudgeMultiTurn;
}): JudgedRow[] {
  const { category, questions } = data;
  const known = new Set(questions.map(({ id }) => id));
  const result_of = new Map(results.map(({ id, result }) => [id, result]));
  const unknown = results.map(({ id }) => id).filter((id) => !known.has(id));
  if (unknown.length > 0) {
    throw badResults(
      'results of rows that are not in the data',
      unknown,
      category,
      'Results and data must be of the same version.',
    );
  }
  const missing = [...known].filter((id) => !result_of.has(id));
  if (missing.length > 0 && !partial) {
    throw badResults(
      'rows have no result',
      missing,
      category,
      'Finish the run, or score what is there with --partial.',
    );
  }
  const multi_turn = isMultiTurnCategory(category);
  if (multi_turn && judgeMultiTurn === undefined) {
    throw new ItoolError({ code: 'internal', message: `bfcl: category needs the multi-turn judge: ${category}` });
  }
  return questions.flatMap((question): JudgedRow[] => {
    const { id } = question;
    const result = result_of.get(id);
    if (result === undefined) return [];
    if (multi_turn) {
      const possible_answer = data.groundTruth(id);
      const verdict = judgeMultiTurn!({ category, question, ground_truth: possible_answer, result }, options);
      return [{ id, category, question, possible_answer, result, verdict }];
    }
    const answer = data.answer(id);
    const verdict = judgeSingleTurn(category, question, answer, result, options);
    return [{ id, category, question, possible_answer: answer?.ground_truth, result, verdict }];
  });
}
