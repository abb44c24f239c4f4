import {
  decodeFcForExecution,
  decodeForExecution,
  isEmptyExecution,
  PySyntaxError,
  type PyValue,
  type StripRule,
} from '@itool/bfcl';

/** A step as text (prompt mode), or as the list of `{name: JSON text}` of a function-calling interface (or its text). */
export type Step = PyValue;
export type StepMode = 'prompt' | 'fc';

/** The calls of a step as texts to execute; undefined when the step does not decode or holds no call (specification 3.4). */
export function decodeStep(step: Step, mode: StepMode, strip: StripRule): string[] | undefined {
  try {
    const calls = mode === 'fc' ? decodeFcForExecution(step) : decodeForExecution(String(step), strip);
    return isEmptyExecution(calls) ? undefined : calls;
  } catch (error) {
    // Nesting beyond the limits of the runtime is beyond those of the original decoder as well.
    if (error instanceof PySyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}
