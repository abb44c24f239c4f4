import { type Model, trainableParams } from '@itool/nn';
import { createAdamWState, disposeAdamWState } from '@itool/optim';
import { supervisedTask, updateStep } from '@itool/training';
import { median } from './median.ts';

/** torch.optim.AdamW(lr=1e-4) without clipping: what the peer runs. */
export const OPTIMIZER = {
  learning_rate: 1e-4,
  beta1: 0.9,
  beta2: 0.999,
  eps: 1e-8,
  weight_decay: 0.01,
  max_grad_norm: Number.POSITIVE_INFINITY,
} as const;

/** Losses of `steps` updates on the same rows, one after the other, with a loss on every token that has one before it. */
export async function trainOn(
  model: Model,
  rows: readonly (readonly number[])[],
  steps: number,
  onStep: (loss: number) => void,
): Promise<void> {
  const task = supervisedTask(model, { reduction: 'token_mean' });
  const params = trainableParams(model);
  const state = createAdamWState();
  const examples = rows.map((ids, i) => ({ row_id: `row-${i}`, ids, loss_mask: ids.map(() => 1) }));
  try {
    for (let update = 1; update <= steps; update++) {
      const { loss } = updateStep(task, params, state, examples, {
        update,
        optimizer: OPTIMIZER,
        micro_batch_tokens: Number.MAX_SAFE_INTEGER,
      });
      onStep(loss);
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    disposeAdamWState(state);
  }
}

/** Median seconds of an update after one that is not timed. */
export async function measureTraining(
  model: Model,
  rows: readonly (readonly number[])[],
  steps: number,
): Promise<number> {
  const ends: number[] = [];
  await trainOn(model, rows, steps + 1, () => ends.push(performance.now()));
  return median(ends.slice(1).map((end, i) => (end - ends[i]!) / 1000));
}
