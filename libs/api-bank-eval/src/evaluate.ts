import { type Answer, type Answerer, answerRows } from '@itool/answer';
import {
  type Databases,
  type Dialogue,
  expectedCall,
  judgeCall,
  namesAndParametersEqual,
  offlineServices,
  printCall,
  responseScore,
  type Sample,
  type Search,
  samplesOf,
} from '@itool/api-bank';
import { errorClassOfApiBank, gradeCalls } from '@itool/tool-call';
import { askedOf, outputOf, type PromptStyle } from './ask-sample.ts';
import type { Case } from './case.ts';

export type EvaluateOptions = {
  dialogues: readonly Dialogue[];
  databases: Databases;
  answerer: Answerer;
  prompt: PromptStyle;
  /** How ToolSearcher finds an API, for the verdict on a search. */
  search: Search;
  /** Score answers after a call with Rouge-L as well. */
  responses: boolean;
  /** Answers are kept here by id as they come; a run that is ended goes on there. */
  answers_path: string;
  onRow?: () => void;
};

export type Evaluated = { cases: Case[]; prompt_tokens: number; completion_tokens: number; refused: number };

type Row = { id: string; dialogue: Dialogue; sample: Sample };

function rowsOf(dialogues: readonly Dialogue[], responses: boolean): Row[] {
  return dialogues.flatMap((dialogue) =>
    samplesOf(dialogue)
      .filter(({ target }) => target.role === 'API' || (target.role === 'AI' && responses))
      .map((sample) => ({ id: `${dialogue.level}/${dialogue.file}#${sample.id}`, dialogue, sample })),
  );
}

/**
 * Asks a model every sample and judges what it says: calls by execution on pristine databases and by names and parameters, answers by
 * Rouge-L. A target is judged afresh each time, so a call that occurs twice is not spoiled by its first check as in the official
 * loop (one sample of level 1).
 */
export async function evaluate(options: EvaluateOptions): Promise<Evaluated> {
  const { dialogues, databases, answerer, prompt } = options;
  const rows = rowsOf(dialogues, options.responses);
  const asked = rows.map(({ id, dialogue, sample }) => ({ id, asked: askedOf(dialogue, sample, prompt) }));
  const answers = await answerRows(answerer, asked, options.answers_path, options.onRow);
  const servicesFor = offlineServices(dialogues, options.search);

  const caseOf = ({ id, dialogue, sample: { target } }: Row, i: number, answer: Answer): Case => {
    const output = outputOf(answer);
    const shared = { id, level: dialogue.level, prompt: answerer.promptText(asked[i]!.asked), output };
    if (target.role !== 'API') {
      const rouge_l = responseScore(target.text, output);
      const none = { api: null, outcome: null, error: null, error_class: null, grade: null, names_equal: null };
      return { ...shared, kind: 'response', expected: target.text, valid: rouge_l > 0, ...none, rouge_l };
    }
    const services = servicesFor(target);
    const verdict = judgeCall(output, target, { databases, services });
    const exception = verdict.response?.entries.find(([key]) => key === 'exception')?.[1];
    return {
      ...shared,
      kind: 'call',
      api: target.api_name,
      expected: printCall(target.api_name, target.param_dict),
      valid: verdict.correct,
      outcome: verdict.outcome,
      error: verdict.error ?? (typeof exception === 'string' ? exception : null),
      error_class: errorClassOfApiBank(verdict.outcome),
      grade: gradeCalls({ expected: [expectedCall(target)], predicted: output }),
      names_equal: namesAndParametersEqual(output, target, services.searchTool),
      rouge_l: null,
    };
  };

  const given = rows.map(({ id }) => answers.get(id)!);
  const sum = (count: (answer: Answer) => number) => given.reduce((total, answer) => total + count(answer), 0);
  return {
    cases: rows.map((row, i) => caseOf(row, i, given[i]!)),
    prompt_tokens: sum((answer) => answer.prompt_tokens),
    completion_tokens: sum((answer) => answer.completion_tokens),
    refused: sum((answer) => (answer.refused === undefined ? 0 : 1)),
  };
}
