import { tf } from '@itool/tensor';
import { type PackOptions, packByTokens } from './micro-batches.ts';
import { batchSize, type TrainingTask } from './training-task.ts';

/** Loss and reported values (means over rows) of all rows, as if they were one batch; no gradients. NaN loss for no rows. */
export function evaluateRows<Row>(
  task: TrainingTask<Row>,
  rows: readonly Row[],
  options: PackOptions,
): { loss: number; values: Record<string, number>; tokens: number } {
  const whole = batchSize(task, rows);
  let loss = rows.length === 0 ? Number.NaN : 0;
  const values: Record<string, number> = {};
  for (const group of packByTokens(rows, task.tokens, options)) {
    tf.tidy(() => {
      const share = task.evaluate(group, whole);
      loss += share.loss.dataSync()[0]!;
      for (const [name, sum] of Object.entries(share.sums)) values[name] = (values[name] ?? 0) + sum.dataSync()[0]!;
    });
  }
  for (const name of Object.keys(values)) values[name]! /= whole.rows;
  return { loss, values, tokens: rows.reduce((sum, row) => sum + task.tokens(row), 0) };
}
