export { evaluateRows } from './evaluate-rows.ts';
export { epochBatches, type PackOptions, packByTokens, updatesPerEpoch } from './micro-batches.ts';
export { type PreferenceRow, preferenceTask, withReference } from './preference-task.ts';
export { type SupervisedRow, supervisedTask } from './supervised-task.ts';
export { type TrainingConfig, type TrainingMetrics, type TrainingResult, train } from './train.ts';
export type { TrainingLedger } from './training-ledger.ts';
export type { BatchSize, TaskShare, TrainingTask } from './training-task.ts';
export { type UpdateResult, updateStep } from './update-step.ts';
