import { tf } from '@itool/tensor';

export type CrossEntropyReduction = 'sequence_mean' | 'token_mean';

export type CrossEntropyTargets = {
  /** [B+1], sequence borders in the log-probabilities */
  cu_seqlens: readonly number[];
  /** [M], weight of each token, 0 = masked; all 1 when absent */
  weights?: ArrayLike<number>;
};

/**
 * Negative log-likelihood of target tokens, a scalar.
 *   token_mean     L = - sum_t w_t log p_t / sum_t w_t                         (iTool v5 eq 2, an expectation over tokens)
 *   sequence_mean  L = - (1/B) sum_b ( sum_{t in b} w_t log p_t / sum_{t in b} w_t )
 * sequence_mean is what the paper's training framework computes with one row per micro-batch, and the default of the method.
 * A sequence without weight adds 0 and still counts in B.
 *
 * @param denominator B or the weight sum of the *whole* batch, so that the losses of its micro-batches add up; default: of these tokens
 */
export function crossEntropy(
  tokenLogProbs: tf.Tensor1D,
  targets: CrossEntropyTargets,
  reduction: CrossEntropyReduction,
  denominator?: number,
): tf.Scalar {
  const factors = tokenFactors(targets, tokenLogProbs.shape[0], reduction, denominator);
  return tf.tidy(() => tf.sum<tf.Scalar>(tf.mul(tokenLogProbs, tf.tensor1d(factors))));
}

/** Derivative of the loss by each log-probability. */
function tokenFactors(
  { cu_seqlens, weights }: CrossEntropyTargets,
  total: number,
  reduction: CrossEntropyReduction,
  denominator: number | undefined,
): Float32Array {
  const weightOf = (t: number) => (weights === undefined ? 1 : weights[t]!);
  const factors = new Float32Array(total);
  const sums: number[] = [];
  for (let b = 0; b + 1 < cu_seqlens.length; b++) {
    let sum = 0;
    for (let t = cu_seqlens[b]!; t < cu_seqlens[b + 1]!; t++) sum += weightOf(t);
    sums.push(sum);
  }
  const whole =
    denominator ?? (reduction === 'sequence_mean' ? sums.length : sums.reduce((sum, part) => sum + part, 0));
  for (const [b, sum] of sums.entries()) {
    const divisor = reduction === 'sequence_mean' ? whole * sum : whole;
    for (let t = cu_seqlens[b]!; t < cu_seqlens[b + 1]!; t++)
      factors[t] = weightOf(t) === 0 ? 0 : -weightOf(t) / divisor;
  }
  return factors;
}
