import { tf } from '@itool/tensor';
import { minusLogSigmoid } from './minus-log-sigmoid.ts';
import { type PairLogProbs, type PreferenceTerms, type ReferenceLogProbs, referenceTensors } from './pair-log-probs.ts';

/**
 * DPO (Rafailov et al. 2023, eq 7):
 *   L = -log sigma( beta [ (S_w - S^_w) - (S_l - S^_l) ] ),  S = log p(y|x), hats = reference
 * Sums, not means. Rewards: beta (S - S^).
 */
export function dpo(pair: PairLogProbs, reference: ReferenceLogProbs, { beta }: { beta: number }): PreferenceTerms {
  return tf.tidy(() => {
    const { sums } = referenceTensors(reference, pair);
    const chosen_rewards = tf.mul<tf.Tensor1D>(tf.sub(pair.chosen, sums.chosen), beta);
    const rejected_rewards = tf.mul<tf.Tensor1D>(tf.sub(pair.rejected, sums.rejected), beta);
    const losses = minusLogSigmoid(tf.sub<tf.Tensor1D>(chosen_rewards, rejected_rewards));
    return { losses, chosen_rewards, rejected_rewards };
  });
}
