import { type PairLogProbs, pairLogProbs, type ReferenceLogProbs } from '@itool/loss';
import { forward, type Model, targetLogProbs } from '@itool/nn';
import { tf } from '@itool/tensor';
import { type PreferenceRow, preferenceBatch } from './preference-batch.ts';

/** Log-probability sums of P pairs under the model; differentiable. */
export function preferenceForward(
  model: Model,
  pairs: readonly PreferenceRow[],
): PairLogProbs & { token_log_probs: tf.Tensor1D; cu_seqlens: number[] } {
  const { batch, rows, targets, cu_seqlens } = preferenceBatch(pairs);
  const token_log_probs = targetLogProbs(model, forward(model, batch), rows, targets);
  return { ...pairLogProbs(token_log_probs, cu_seqlens), token_log_probs, cu_seqlens };
}

/** Sums of a frozen policy for each pair by pair_id, the reference of DPO and IPO: computed once before training. */
export function referenceLogProbs(
  model: Model,
  pairs: readonly PreferenceRow[],
  batch_size: number,
): Map<string, { chosen: number; rejected: number }> {
  const reference = new Map<string, { chosen: number; rejected: number }>();
  for (let start = 0; start < pairs.length; start += batch_size) {
    const rows = pairs.slice(start, start + batch_size);
    const sums = tf.tidy((): ReferenceLogProbs => {
      const { chosen, rejected } = preferenceForward(model, rows);
      return { chosen: chosen.dataSync(), rejected: rejected.dataSync() };
    });
    rows.forEach((row, i) => {
      reference.set(row.pair_id, { chosen: sums.chosen[i]!, rejected: sums.rejected[i]! });
    });
  }
  return reference;
}
