/** Columns of the `metrics` table of pre-training and supervised fine-tuning. */
export const METRIC_COLUMNS = {
  phase: 'utf8',
  epoch: 'float64',
  global_step: 'int32',
  loss: 'float64',
  learning_rate: 'float64?',
  grad_norm: 'float64?',
  tokens: 'int32?',
} as const;

export type MetricRow = {
  phase: string;
  epoch: number;
  global_step: number;
  loss: number;
  learning_rate: number | null;
  grad_norm: number | null;
  tokens: number | null;
};

/** Exactly the columns of the table, whatever else a line of the training log carries. */
export function metricRows(lines: readonly MetricRow[]): MetricRow[] {
  return lines.map(({ phase, epoch, global_step, loss, learning_rate, grad_norm, tokens }) => ({
    phase,
    epoch,
    global_step,
    loss,
    learning_rate,
    grad_norm,
    tokens,
  }));
}
