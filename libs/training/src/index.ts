export { epochBatches } from './epoch-batches.ts';
export { type PreferenceRow, preferenceBatch } from './preference-batch.ts';
export { preferenceForward, referenceLogProbs } from './preference-forward.ts';
export { type SequenceRow, sequenceBatch, targetTokens } from './sequence-batch.ts';
export { sequenceLoss, validationLoss } from './sequence-loss.ts';
export { type StepRecord, type TrainOptions, train } from './train.ts';
