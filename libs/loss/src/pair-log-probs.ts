import { tf } from '@itool/tensor';
import { sequenceSums } from './sequence-sums.ts';

/** Log-probabilities of P preference pairs under one policy: S_w, S_l (sums over the completion's tokens) and |y_w|, |y_l|. */
export type PairLogProbs = {
  /** [P] */
  chosen: tf.Tensor1D;
  /** [P] */
  rejected: tf.Tensor1D;
  chosen_lengths: number[];
  rejected_lengths: number[];
};

/** Sums of a reference policy for the same pairs, on the host: computed once, never trained. */
export type ReferenceLogProbs = { chosen: ArrayLike<number>; rejected: ArrayLike<number> };

/** What a preference loss gives for P pairs; the batch loss is the mean of `losses`. Rewards are for reporting. All [P]. */
export type PreferenceTerms = { losses: tf.Tensor1D; chosen_rewards: tf.Tensor1D; rejected_rewards: tf.Tensor1D };

/** Pairs from flat token log-probabilities [M] of 2P completions, all chosen ones first, then the rejected ones in the same order. */
export function pairLogProbs(tokenLogProbs: tf.Tensor1D, cuSeqlens: readonly number[]): PairLogProbs {
  const pairs = (cuSeqlens.length - 1) / 2;
  const lengths = Array.from({ length: 2 * pairs }, (_, b) => cuSeqlens[b + 1]! - cuSeqlens[b]!);
  const [chosen, rejected] = tf.tidy(() => {
    const sums = sequenceSums(tokenLogProbs, cuSeqlens);
    return [tf.slice(sums, 0, pairs), tf.slice(sums, pairs, pairs)] as [tf.Tensor1D, tf.Tensor1D];
  });
  return { chosen, rejected, chosen_lengths: lengths.slice(0, pairs), rejected_lengths: lengths.slice(pairs) };
}

/** m_w and m_l: log-probability per token, [P]. */
export function pairMeans(pair: PairLogProbs): { chosen: tf.Tensor1D; rejected: tf.Tensor1D } {
  return {
    chosen: tf.div(pair.chosen, tf.tensor1d(pair.chosen_lengths, 'float32')),
    rejected: tf.div(pair.rejected, tf.tensor1d(pair.rejected_lengths, 'float32')),
  };
}

/** Reference sums, and means with the pair's own lengths, as tensors. */
export function referenceTensors(
  reference: ReferenceLogProbs,
  pair: PairLogProbs,
): { sums: { chosen: tf.Tensor1D; rejected: tf.Tensor1D }; means: { chosen: tf.Tensor1D; rejected: tf.Tensor1D } } {
  const sums = {
    chosen: tf.tensor1d(Float32Array.from(reference.chosen)),
    rejected: tf.tensor1d(Float32Array.from(reference.rejected)),
  };
  return { sums, means: pairMeans({ ...pair, ...sums }) };
}
