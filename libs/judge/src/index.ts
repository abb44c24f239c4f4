export { confidence, letterLogits, letterTokenIds } from './confidence.ts';
export { type JudgeRequest, judgePrompt, LEAD_IN, OPTION_WEIGHTS, OPTIONS } from './judge-prompt.ts';
export {
  createSelfEvaluator,
  type JudgedToken,
  type JudgeModel,
  type JudgePrompt,
  type SelfEvaluation,
  type SelfEvaluator,
} from './self-evaluator.ts';
