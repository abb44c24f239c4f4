export {
  checkMultiTurn,
  createInstances,
  isLongContext,
  type MultiTurnDetail,
  type MultiTurnErrorType,
  type MultiTurnInput,
  type MultiTurnRow,
  type MultiTurnVerdict,
} from './check-multi-turn.ts';
export { decodeStep, type Step, type StepMode } from './decode-step.ts';
export { loadMultiTurnAnswers, type MultiTurnAnswer } from './multi-turn-answers.ts';
