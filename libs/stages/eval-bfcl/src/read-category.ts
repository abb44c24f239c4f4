import { type CategoryData, loadAnswers, loadQuestions } from '@itool/bfcl';
import type { StageInput } from '@itool/stage';

/** Questions and answers of a category as the ingest stage wrote them; the relevance family has no answers. */
export function readCategory(input: StageInput, category: string): CategoryData {
  const answers_name = `eval/${category}.answers`;
  const answers = input.has(answers_name) ? loadAnswers(input.path(answers_name)) : [];
  const answer_of = new Map(answers.map((answer) => [answer.id, answer]));
  return {
    category,
    questions: loadQuestions(input.path(`eval/${category}.questions`)),
    answer: (id) => answer_of.get(id),
    groundTruth: () => null,
    heldOut: () => new Map(),
  };
}
