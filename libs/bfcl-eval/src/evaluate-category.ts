import { type Answerer, answerRows } from '@itool/answer';
import {
  type CategoryData,
  type JudgedRow,
  type JudgeMultiTurn,
  type JudgeOptions,
  judgeResults,
  type ResultRow,
} from '@itool/bfcl';
import { type AskOptions, askedOf, resultOf } from './ask-question.ts';
import { type Case, caseOf } from './case.ts';

export type EvaluatedCategory = {
  category: string;
  judged: JudgedRow[];
  cases: Case[];
  results: ResultRow[];
  prompt_tokens: number;
  completion_tokens: number;
  /** Rows without an answer: the prompt does not fit, or the server refuses it. */
  refused: number;
};

/**
 * Answers and judges one single-turn category. Answers are kept by id in `answers_path` as they come, so that a run that is ended
 * goes on there; an answer that was refused counts as empty.
 */
export async function evaluateCategory({
  data,
  split,
  answerer,
  ask,
  judge,
  answers_path,
  onRow = () => {},
  judgeMultiTurn,
}: {
  data: CategoryData;
  split: string;
  answerer: Answerer;
  ask: AskOptions;
  judge: JudgeOptions;
  answers_path: string;
  onRow?: () => void;
  judgeMultiTurn?: JudgeMultiTurn;
}): Promise<EvaluatedCategory> {
  const rows = data.questions.map((question) => ({ id: question.id, asked: askedOf(question, ask) }));
  const answers = await answerRows(answerer, rows, answers_path, onRow);
  const given = rows.map(({ id }) => answers.get(id)!);
  const results = rows.map(({ id }, i) => ({ id, result: resultOf(given[i]!, ask.mode) }));
  const judged = judgeResults({ data, results, options: judge, judgeMultiTurn });
  const sum = (count: (answer: (typeof given)[number]) => number) => given.reduce((total, a) => total + count(a), 0);
  return {
    category: data.category,
    judged,
    cases: judged.map((row, i) => caseOf(row, split, answerer.promptText(rows[i]!.asked))),
    results,
    prompt_tokens: sum((answer) => answer.prompt_tokens),
    completion_tokens: sum((answer) => answer.completion_tokens),
    refused: sum((answer) => (answer.refused === undefined ? 0 : 1)),
  };
}
