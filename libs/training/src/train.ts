import {
  type AdamWOptions,
  adamwStep,
  createAdamWState,
  disposeAdamWState,
  learningRateAt,
  warmupSteps,
} from '@itool/optim';
import type { RandomStream } from '@itool/random';
import { ItoolError } from '@itool/record';
import { tf, valueAndGrads } from '@itool/tensor';
import { epochBatches } from './epoch-batches.ts';

export type StepRecord = {
  /** Epochs done after this update; a fraction inside an epoch. */
  epoch: number;
  /** Updates done. */
  global_step: number;
  loss: number;
  learning_rate: number;
  grad_norm: number;
  /** Values that the loss function observed. */
  observed: Record<string, Float32Array>;
};

export type TrainOptions<T> = {
  /** Trainable tensors by name. */
  params: Record<string, tf.Variable>;
  rows: readonly T[];
  /** Differentiable loss of one batch; `observe` hands tensors of the forward pass to the step record. */
  loss: (batch: readonly T[], observe: (name: string, tensor: tf.Tensor) => void) => tf.Scalar;
  /** Passes over the rows; a fraction ends the last pass early. */
  epochs: number;
  batch_size: number;
  learning_rate: number;
  warmup_ratio: number;
  weight_decay: number;
  max_grad_norm: number;
  /** torch's default is 0.999; small models from scratch train better with 0.98. */
  beta2?: number;
  /** Orders the rows of each epoch. */
  stream: RandomStream;
  /** Names a row in an error message. */
  name_of: (row: T) => string;
  on_step?: (record: StepRecord) => void;
  /** After each full pass and after the last update. */
  on_epoch?: (epoch: number, global_step: number) => Promise<void> | void;
};

/**
 * Trains `params` in place: AdamW, cosine schedule with linear warm-up, gradient clipping, one update per batch.
 *
 * @returns the number of updates
 * @throws ItoolError `bad_data` with step and rows when the loss or the gradient is not finite
 */
export async function train<T>(options: TrainOptions<T>): Promise<number> {
  const { params, rows, epochs, batch_size, stream } = options;
  const per_epoch = Math.ceil(rows.length / batch_size);
  const total_steps = Math.ceil(epochs * per_epoch);
  const schedule = {
    lr_scheduler_type: 'cosine' as const,
    learning_rate: options.learning_rate,
    warmup_steps: warmupSteps(options.warmup_ratio, total_steps),
    total_steps,
  };
  const state = createAdamWState();
  let step = 0;
  try {
    while (step < total_steps) {
      for (const batch of epochBatches(rows, batch_size, stream)) {
        if (step >= total_steps) break;
        const learning_rate = learningRateAt(schedule, step);
        const record = trainStep(
          options,
          batch,
          state,
          {
            learning_rate,
            beta1: 0.9,
            beta2: options.beta2 ?? 0.999,
            eps: 1e-8,
            weight_decay: options.weight_decay,
            max_grad_norm: options.max_grad_norm,
          },
          step + 1,
        );
        step++;
        options.on_step?.({ ...record, epoch: step / per_epoch, global_step: step, learning_rate });
        // Signals and timers get their turn; no tensor scope is open here.
        if (step % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      await options.on_epoch?.(step / per_epoch, step);
    }
  } finally {
    disposeAdamWState(state);
  }
  return step;
}

function trainStep<T>(
  options: TrainOptions<T>,
  batch: readonly T[],
  state: ReturnType<typeof createAdamWState>,
  adamw: AdamWOptions,
  step: number,
): Pick<StepRecord, 'loss' | 'grad_norm' | 'observed'> {
  const observed: Record<string, Float32Array> = {};
  const observe = (name: string, tensor: tf.Tensor): void => {
    observed[name] = Float32Array.from(tensor.dataSync());
  };
  const { value, grads } = valueAndGrads(() => options.loss(batch, observe), options.params);
  const loss = value.dataSync()[0]!;
  value.dispose();
  try {
    if (!Number.isFinite(loss)) throw notFinite(`loss is not finite: ${loss}`);
    return { loss, grad_norm: adamwStep(state, options.params, grads, adamw), observed };
  } catch (error) {
    if (error instanceof ItoolError && error.code === 'bad_data') throw notFinite(error.message, error);
    throw error;
  } finally {
    tf.dispose(grads);
  }

  function notFinite(fact: string, cause?: unknown): ItoolError {
    const names = batch.slice(0, 4).map(options.name_of).join(', ');
    return new ItoolError({
      code: 'bad_data',
      message: `training: step ${step}: ${fact} (rows ${names}${batch.length > 4 ? ', ...' : ''})`,
      hint: 'Lower learning_rate or raise warmup_ratio; a row without target tokens also ends here.',
      cause,
    });
  }
}
