import { type CrossEntropyReduction, crossEntropy } from '@itool/loss';
import { forward, type Model, targetLogProbs } from '@itool/nn';
import { tf } from '@itool/tensor';
import { type SequenceRow, sequenceBatch } from './sequence-batch.ts';

/** Cross-entropy of a batch of dialogues, a differentiable scalar (specs/itool.md 4: per-sequence token mean, averaged). */
export function sequenceLoss(
  model: Model,
  sequences: readonly SequenceRow[],
  reduction: CrossEntropyReduction = 'sequence_mean',
): tf.Scalar {
  return tf.tidy(() => {
    const { batch, rows, targets, weights, cu_seqlens } = sequenceBatch(sequences);
    const log_probs = targetLogProbs(model, forward(model, batch), rows, targets);
    return crossEntropy(log_probs, { cu_seqlens, weights }, reduction);
  });
}

/** Mean over all rows of the per-sequence loss, without gradients; NaN for no rows. */
export function validationLoss(model: Model, sequences: readonly SequenceRow[], batch_size: number): number {
  let sum = 0;
  for (let start = 0; start < sequences.length; start += batch_size) {
    const rows = sequences.slice(start, start + batch_size);
    const loss = sequenceLoss(model, rows);
    sum += loss.dataSync()[0]! * rows.length;
    loss.dispose();
  }
  return sum / sequences.length;
}
