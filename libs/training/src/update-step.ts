import { type AdamWOptions, type AdamWState, adamwStep } from '@itool/optim';
import { ItoolError } from '@itool/record';
import { tf, valueAndGrads } from '@itool/tensor';
import { type PackOptions, packByTokens } from './micro-batches.ts';
import { batchSize, type TaskShare, type TrainingTask } from './training-task.ts';

/** `values`: means over the batch's rows of what the task reports. */
export type UpdateResult = { loss: number; values: Record<string, number>; grad_norm: number };

/**
 * One optimizer update on one batch: gradients of its micro-batches are added, then one AdamW step. No tensor is left behind.
 * @throws ItoolError `bad_data` naming the update and its rows if the loss or the gradient norm is not finite; nothing has changed then
 */
export function updateStep<Row>(
  task: TrainingTask<Row>,
  params: Record<string, tf.Variable>,
  state: AdamWState,
  rows: readonly Row[],
  options: { update: number; optimizer: AdamWOptions } & PackOptions,
): UpdateResult {
  const whole = batchSize(task, rows);
  const total: UpdateResult = { loss: 0, values: {}, grad_norm: 0 };
  let gradients: Record<string, tf.Tensor> = {};
  try {
    for (const group of packByTokens(rows, task.tokens, options)) {
      const { loss, sums, grads } = microBatchGradients(() => task.evaluate(group, whole), params);
      gradients = addGradients(gradients, grads);
      if (!Number.isFinite(loss)) throw notFinite('loss', loss, options.update, group.map(task.id));
      total.loss += loss;
      for (const [name, value] of Object.entries(sums))
        total.values[name] = (total.values[name] ?? 0) + value / whole.rows;
    }
    try {
      total.grad_norm = adamwStep(state, params, gradients, options.optimizer);
    } catch (error) {
      if (!(error instanceof ItoolError) || error.code !== 'bad_data') throw error;
      throw notFinite('gradient norm', error.message, options.update, rows.map(task.id), error);
    }
  } finally {
    tf.dispose(gradients);
  }
  return total;
}

function microBatchGradients(
  evaluate: () => TaskShare,
  params: Record<string, tf.Variable>,
): { loss: number; sums: Record<string, number>; grads: Record<string, tf.Tensor> } {
  const sums: Record<string, number> = {};
  const { value, grads } = valueAndGrads(() => {
    const share = evaluate();
    for (const [name, scalar] of Object.entries(share.sums)) sums[name] = scalar.dataSync()[0]!;
    return share.loss;
  }, params);
  const loss = value.dataSync()[0]!;
  value.dispose();
  return { loss, sums, grads };
}

function addGradients(sums: Record<string, tf.Tensor>, grads: Record<string, tf.Tensor>): Record<string, tf.Tensor> {
  const merged = { ...sums };
  for (const [name, gradient] of Object.entries(grads)) {
    const before = sums[name];
    merged[name] = before === undefined ? gradient : tf.add(before, gradient);
    if (before !== undefined) tf.dispose([before, gradient]);
  }
  return merged;
}

function notFinite(what: string, value: unknown, update: number, ids: string[], cause?: unknown): ItoolError {
  const shown = ids.length > 8 ? `${ids.slice(0, 8).join(', ')} and ${ids.length - 8} more` : ids.join(', ');
  return new ItoolError({
    code: 'bad_data',
    message: `training: ${what} is not finite: ${String(value)} at update ${update} (rows ${shown})`,
    hint: 'Lower learning_rate or max_grad_norm, or look at these rows.',
    cause,
  });
}
