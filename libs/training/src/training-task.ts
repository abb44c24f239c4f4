import type { tf } from '@itool/tensor';

/** Size of the whole batch that a micro-batch belongs to; losses are divided by it, so that micro-batches add up. */
export type BatchSize = { rows: number; targets: number };

/**
 * A micro-batch's share of the batch's loss (shares of one batch add up to its loss), and reported values, summed over the micro-batch's
 * rows: the loop reports their mean over the rows of the batch.
 */
export type TaskShare = { loss: tf.Scalar; sums: Record<string, tf.Scalar> };

/** What the training loop has to know about rows of a kind. */
export type TrainingTask<Row> = {
  id(row: Row): string;
  /** longest sequence of the row, compared with max_length */
  length(row: Row): number;
  /** tokens that go through the model for the row */
  tokens(row: Row): number;
  /** tokens with a loss (the sum of their weights); a row without any is dropped */
  targets(row: Row): number;
  /** Differentiable; runs inside tidy. */
  evaluate(rows: readonly Row[], batch: BatchSize): TaskShare;
};

export function batchSize<Row>(task: TrainingTask<Row>, rows: readonly Row[]): BatchSize {
  return { rows: rows.length, targets: rows.reduce((sum, row) => sum + task.targets(row), 0) };
}
