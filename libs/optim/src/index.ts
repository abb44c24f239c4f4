export {
  type AdamWMoments,
  type AdamWState,
  createAdamWState,
  disposeAdamWState,
  restoreAdamWState,
  type SavedAdamWState,
  saveAdamWState,
} from './adamw-state.ts';
export { type AdamWOptions, adamwStep } from './adamw-step.ts';
export { type LearningRateSchedule, learningRateAt, warmupSteps } from './learning-rate.ts';
