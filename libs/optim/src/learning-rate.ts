export interface LearningRateSchedule {
  lr_scheduler_type: 'cosine' | 'linear';
  /** peak, reached at the end of the warm-up */
  learning_rate: number;
  warmup_steps: number;
  total_steps: number;
}

/** Steps of warm-up: ceil(ratio * total), in float64 like transformers' get_warmup_steps. */
export function warmupSteps(warmup_ratio: number, total_steps: number): number {
  return Math.ceil(warmup_ratio * total_steps);
}

/**
 * Learning rate after `step` updates: 0 to the peak over the warm-up, then a half cosine or a line down to 0 at total_steps and 0 after.
 * The update number u (from 1) uses step = u - 1, as transformers' Trainer does; so the first update of a warm-up has rate 0.
 */
export function learningRateAt(
  { lr_scheduler_type, learning_rate, warmup_steps, total_steps }: LearningRateSchedule,
  step: number,
): number {
  if (step < warmup_steps) return (learning_rate * step) / warmup_steps;
  if (step >= total_steps) return 0;
  const progress = (step - warmup_steps) / (total_steps - warmup_steps);
  const share = lr_scheduler_type === 'cosine' ? 0.5 * (1 + Math.cos(Math.PI * progress)) : 1 - progress;
  return learning_rate * share;
}
