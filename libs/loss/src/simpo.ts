import { tf } from '@itool/tensor';
import { minusLogSigmoid } from './minus-log-sigmoid.ts';
import { type PairLogProbs, type PreferenceTerms, pairMeans } from './pair-log-probs.ts';

/**
 * SimPO (Meng et al. 2024, eq 6; iTool eq 11):
 *   L = -log sigma( beta m_w - beta m_l - gamma ),  m = log p(y|x) / |y|
 * `gamma` is the raw margin. The official SimPO code's `gamma_beta_ratio` g means gamma = beta g; trl's CPO and LLaMA-Factory's
 * simpo_gamma are the raw margin as here. Rewards: beta m.
 */
export function simpo(pair: PairLogProbs, { beta, gamma }: { beta: number; gamma: number }): PreferenceTerms {
  return tf.tidy(() => {
    const means = pairMeans(pair);
    const chosen_rewards = tf.mul<tf.Tensor1D>(means.chosen, beta);
    const rejected_rewards = tf.mul<tf.Tensor1D>(means.rejected, beta);
    const losses = minusLogSigmoid(tf.sub<tf.Tensor1D>(tf.sub(chosen_rewards, rejected_rewards), gamma));
    return { losses, chosen_rewards, rejected_rewards };
  });
}
