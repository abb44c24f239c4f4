export {
  type AdamWState,
  createAdamWState,
  disposeAdamWState,
  type MomentSpan,
  restoreAdamWState,
  type SavedAdamWState,
  saveAdamWState,
} from './adamw-state.ts';
export { type AdamWOptions, adamwStep } from './adamw-step.ts';
export { type LearningRateSchedule, learningRateAt, warmupSteps } from './learning-rate.ts';
