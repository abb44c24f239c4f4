import type { TrainingTask } from './training-task.ts';

/** What a training run saw. Token counts are per use: a row of two epochs counts twice. */
export type TrainingLedger = {
  /** rows given for training */
  rows: number;
  /** training and validation rows that cannot be used */
  dropped: { id: string; reason: 'too_long' | 'no_target'; length: number }[];
  /** rows of each epoch that did not fill a batch; others in each epoch */
  left_over: number;
  updates: number;
  tokens: number;
  tokens_trained: number;
  tokens_masked: number;
};

/** Rows that can be trained on; the others go to the ledger. Never cut: a cut prompt would lose the question. */
export function admitRows<Row>(
  task: TrainingTask<Row>,
  rows: readonly Row[],
  maxLength: number,
): { admitted: Row[]; dropped: TrainingLedger['dropped'] } {
  const admitted: Row[] = [];
  const dropped: TrainingLedger['dropped'] = [];
  for (const row of rows) {
    const length = task.length(row);
    if (length > maxLength) dropped.push({ id: task.id(row), reason: 'too_long', length });
    else if (task.targets(row) === 0) dropped.push({ id: task.id(row), reason: 'no_target', length });
    else admitted.push(row);
  }
  return { admitted, dropped };
}
