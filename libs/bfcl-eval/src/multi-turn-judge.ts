import { fromJson, type JudgeMultiTurn, type PyValue } from '@itool/bfcl';
import type { LongContext } from '@itool/bfcl-environments';
import { checkMultiTurn } from '@itool/bfcl-multi-turn';
import type { JsonValue } from '@itool/record';

/** Turns of steps; undefined for anything else, such as the text that stands for a failed inference. */
function turnsOf(result: PyValue): PyValue[][] | undefined {
  if (!Array.isArray(result)) return undefined;
  return result.map((turn) => (Array.isArray(turn) ? turn : [turn]));
}

/**
 * Judge of multi-turn rows by the official rules.
 *
 * @param long_context tables of the long-context category; undefined where there are none
 * @param today year, month and day: an age in one of the simulated APIs is reckoned by it
 */
export function multiTurnJudge(
  long_context: LongContext | undefined,
  today: readonly [number, number, number],
): JudgeMultiTurn {
  return ({ question, ground_truth, result }, { mode, strip }) => {
    const { valid, error_type, error_message, detail } = checkMultiTurn({
      question,
      answer: { ground_truth: (Array.isArray(ground_truth) ? ground_truth : []) as string[][] },
      model_result: turnsOf(result) ?? String(result),
      mode,
      strip,
      long_context,
      today,
    });
    return {
      valid,
      error_type,
      error: error_message,
      // Which of the seven error types a whole conversation has is not defined: its steps may have several.
      error_class: valid ? null : 'other',
      grade: valid ? 'A' : 'D',
      details: fromJson((detail ?? null) as JsonValue),
    };
  };
}
