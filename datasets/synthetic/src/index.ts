export {
  type ApiBankConfig,
  apiBankConfigSchema,
  type EvaluationConfig,
  evaluationConfigSchema,
  type PretrainingConfig,
  pretrainingConfigSchema,
  type TrainingConfig,
  trainingConfigSchema,
} from './config.ts';
export { FAMILY_NAMES, type Family, type RequestFamily } from './families.ts';
export { type ApiBankSet, generateApiBank } from './generate-api-bank.ts';
export { type EvaluationCategory, generateEvaluation } from './generate-evaluation.ts';
export {
  generateMultiTurnEvaluation,
  generateMultiTurnTraining,
  type MultiTurnCategory,
  type MultiTurnConfig,
  multiTurnConfigSchema,
} from './generate-multi-turn.ts';
export { generatePretraining, type PretrainingRow } from './generate-pretraining.ts';
export { generateTraining } from './generate-training.ts';
export { isHeldOutValue, isUnseenTool } from './held-out.ts';
