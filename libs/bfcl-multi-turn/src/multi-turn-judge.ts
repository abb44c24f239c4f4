import { fromJson, type JudgeMultiTurn, type PyValue, type RowVerdict } from '@itool/bfcl';
import type { LongContext } from '@itool/bfcl-environments';
import type { ErrorClass } from '@itool/tool-call';
import { checkMultiTurn, type MultiTurnErrorType } from './check-multi-turn.ts';

/** Classes of the paper's taxonomy, which knows single calls only: a conversation without a decoded call is one of syntax. */
const ERROR_CLASSES: Readonly<Record<MultiTurnErrorType, ErrorClass>> = {
  'multi_turn:inference_error': 'other',
  'multi_turn:force_terminated': 'other',
  'multi_turn:empty_turn_model_response': 'code_syntax',
  'multi_turn:instance_state_mismatch': 'other',
  'multi_turn:execution_response_mismatch': 'other',
};

function turnsOfTexts(value: PyValue): string[][] {
  return Array.isArray(value) ? value.map((turn) => (Array.isArray(turn) ? turn.map(String) : [])) : [];
}

/**
 * The judge of multi-turn rows that `judgeResults` of `@itool/bfcl` asks for. A result that is no list of turns counts as an
 * inference error. `today` is year, month and day.
 */
export function createMultiTurnJudge(options: {
  long_context?: LongContext;
  today: readonly [number, number, number];
  model_name?: string;
}): JudgeMultiTurn {
  return ({ question, ground_truth, result }, { mode, strip }): RowVerdict => {
    const turns = Array.isArray(result) ? result.map((turn) => (Array.isArray(turn) ? turn : [turn])) : String(result);
    const verdict = checkMultiTurn({
      ...options,
      question,
      answer: { ground_truth: turnsOfTexts(ground_truth) },
      model_result: turns,
      mode,
      strip,
    });
    const { valid, error_type, error_message, detail } = verdict;
    return {
      valid,
      error_type,
      error: error_message,
      error_class: error_type === null ? null : ERROR_CLASSES[error_type],
      grade: valid ? 'A' : 'D',
      ...(detail === null ? {} : { details: fromJson(JSON.parse(JSON.stringify(detail))) }),
    };
  };
}
