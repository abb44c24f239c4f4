export { decimalRoot } from './decimal-root.ts';
export type { Printed, StateValue, World } from './environment.ts';
export { executeCalls, type Instances, RESULT_BUDGET, type ResultBudget } from './execute-calls.ts';
export type { Directory, File } from './file-tree.ts';
export { type LongContext, parseLongContextPython, readLongContext } from './long-context.ts';
export { mpLogQuotient } from './mp-log.ts';
export { PyError } from './py-error.ts';
export { createPyRandom, type PyRandom } from './py-random.ts';
export { formatFixed, roundFloat, roundInteger, roundToInteger } from './py-round.ts';
export { compareText, splitLines, splitWords, textLength } from './py-text.ts';
export { sameState } from './same-state.ts';
export {
  createSimulatedApi,
  createWorld,
  isSimulatedClass,
  SIMULATED_CLASSES,
  type SimulatedApi,
  type SimulatedClass,
} from './simulated-api.ts';
