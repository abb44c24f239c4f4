import type { BfclQuestion, StripRule } from '@itool/bfcl';
import {
  createSimulatedApi,
  createWorld,
  executeCalls,
  type Instances,
  type LongContext,
  RESULT_BUDGET,
  type SimulatedApi,
  sameState,
  type World,
} from '@itool/bfcl-environments';
import { decodeStep, type Step, type StepMode } from './decode-step.ts';
import type { MultiTurnAnswer } from './multi-turn-answers.ts';

export type MultiTurnErrorType =
  | 'multi_turn:inference_error'
  | 'multi_turn:force_terminated'
  | 'multi_turn:empty_turn_model_response'
  | 'multi_turn:instance_state_mismatch'
  | 'multi_turn:execution_response_mismatch';

/** Where a conversation failed: the attributes that differ, or the results that are missing. */
export type MultiTurnDetail =
  | { class: string; attributes: string[]; turn: number }
  | { turn: number; missing_items: string[] }
  | { turn: number };

export type MultiTurnVerdict = {
  valid: boolean;
  error_type: MultiTurnErrorType | null;
  error_message: string | null;
  detail: MultiTurnDetail | null;
};

/** What of a question row decides a verdict. */
export type MultiTurnRow = Pick<BfclQuestion, 'id' | 'initial_config' | 'involved_classes'>;

export type MultiTurnInput = {
  question: MultiTurnRow;
  answer: Pick<MultiTurnAnswer, 'ground_truth'>;
  /** Turns of steps; a text when inference failed. */
  model_result?: readonly (readonly Step[])[] | string;
  /** Instead of a result: the calls of each turn as they are to be executed, without decoding, as one step. */
  model_calls?: readonly (readonly string[])[];
  mode: StepMode;
  strip: StripRule;
  long_context?: LongContext;
  /** Year, month and day on which the rows are judged: an age is reckoned by it. */
  today: readonly [number, number, number];
  /** Part of the names under which the original keeps its instances; they show only in texts that look like calls. */
  model_name?: string;
};

/** Whether the extension tables apply to a row. */
export function isLongContext(id: string): boolean {
  return /long_context|composite/.test(id.slice(0, Math.max(id.lastIndexOf('_'), 0)));
}

/** The instances of one side under the variable names of the original. */
export function createInstances(question: MultiTurnRow, side: string, world: World): Instances {
  return new Map(
    (question.involved_classes ?? []).map((name): [string, SimulatedApi] => [
      `${side}_${question.id}_${name}_instance`.replace(/[-./:]/g, '_'),
      createSimulatedApi(name, question.initial_config ?? { kind: 'dict', entries: [] }, world),
    ]),
  );
}

function failure(
  error_type: MultiTurnErrorType,
  error_message: string,
  detail: MultiTurnDetail | null,
): MultiTurnVerdict {
  return { valid: false, error_type, error_message, detail };
}

/** The first class whose public attributes differ (specification 6.2). */
function checkState(model: Instances, truth: Instances, turn: number): MultiTurnVerdict | null {
  const models = [...model.values()];
  for (const [i, expected] of [...truth.values()].entries()) {
    const own = new Map(models[i]!.attributes());
    const differing = expected.attributes().filter(([name, value]) => !sameState(own.get(name)!, value));
    if (differing.length > 0) {
      const text = `Model instance for ${expected.class_name} does not match the state with ground truth instance.`;
      const attributes = differing.map(([name]) => name).sort();
      return failure('multi_turn:instance_state_mismatch', text, { class: expected.class_name, attributes, turn });
    }
  }
  return null;
}

/** The results of this turn's ground truth must be among all results of the model so far (specification 6.3). */
function checkResponses(
  counts: ReadonlyMap<string, number>,
  expected: readonly string[],
  turn: number,
): MultiTurnVerdict | null {
  const used = new Map<string, number>();
  const missing_items = expected.filter((result) => {
    const taken = used.get(result) ?? 0;
    if (taken >= (counts.get(result) ?? 0)) return true;
    used.set(result, taken + 1);
    return false;
  });
  if (missing_items.length === 0) return null;
  const text = `Model response execution results so far does not contain all the ground truth response execution results for turn ${turn}.`;
  return failure('multi_turn:execution_response_mismatch', text, { turn, missing_items });
}

/**
 * Verdict of the official multi-turn evaluation on one conversation (specification 6). Never throws for any reply; throws when
 * the row names a class that is not simulated, or a long-context row comes without its tables.
 */
export function checkMultiTurn(input: MultiTurnInput): MultiTurnVerdict {
  const { question, answer, mode, strip, today, model_name = 'model' } = input;
  const model_result = input.model_calls ?? input.model_result ?? '';
  if (typeof model_result === 'string') {
    const text = 'Error during inference phase. Model did not output a list of model responses.';
    return failure('multi_turn:inference_error', text, null);
  }
  const truths = answer.ground_truth;
  if (model_result.length !== truths.length) {
    const lengths = `The length of the model result turns (${model_result.length}) does not match the length of the ground truth turns (${truths.length}).`;
    return failure(
      'multi_turn:force_terminated',
      `Model was force-terminated during inference phase. ${lengths}`,
      null,
    );
  }
  const world = createWorld({ long_context: isLongContext(question.id), tables: input.long_context, today });
  const model = createInstances(question, `${model_name}_eval`, world);
  const truth = createInstances(question, `${model_name}_ground_truth_eval`, world);
  const counts = new Map<string, number>();
  const budget = { characters: RESULT_BUDGET };
  for (const [turn, expected_calls] of truths.entries()) {
    const steps = input.model_calls
      ? [input.model_calls[turn]!].filter((calls) => calls.length > 0)
      : model_result[turn]!.flatMap((step) => {
          const calls = decodeStep(step, mode, strip);
          return calls === undefined ? [] : [calls];
        });
    for (const calls of steps) {
      for (const result of executeCalls(calls, model, budget)) counts.set(result, (counts.get(result) ?? 0) + 1);
    }
    const expected = executeCalls(expected_calls, truth);
    if (expected_calls.length === 0) continue;
    if (steps.length === 0) {
      return failure('multi_turn:empty_turn_model_response', `Model response list is empty for turn ${turn}`, { turn });
    }
    const failed = checkState(model, truth, turn) ?? checkResponses(counts, expected, turn);
    if (failed) return failed;
  }
  return { valid: true, error_type: null, error_message: null, detail: null };
}
