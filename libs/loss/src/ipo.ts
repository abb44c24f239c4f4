import { tf } from '@itool/tensor';
import {
  type PairLogProbs,
  type PreferenceTerms,
  pairMeans,
  type ReferenceLogProbs,
  referenceTensors,
} from './pair-log-probs.ts';

/**
 * IPO (Azar et al. 2023, eq 17):
 *   L = ( [ (m_w - m^_w) - (m_l - m^_l) ] - 1/(2 tau) )^2
 * On log-probabilities per token, as trl and LLaMA-Factory compute it; the paper writes sums, with the same target 1/(2 tau).
 * Rewards: tau (m - m^).
 */
export function ipo(pair: PairLogProbs, reference: ReferenceLogProbs, { tau }: { tau: number }): PreferenceTerms {
  return tf.tidy(() => {
    const means = pairMeans(pair);
    const { means: referenceMeans } = referenceTensors(reference, pair);
    const chosen = tf.sub<tf.Tensor1D>(means.chosen, referenceMeans.chosen);
    const rejected = tf.sub<tf.Tensor1D>(means.rejected, referenceMeans.rejected);
    const gap = tf.sub<tf.Tensor1D>(chosen, rejected);
    const losses = tf.square(tf.sub<tf.Tensor1D>(gap, 1 / (2 * tau)));
    return { losses, chosen_rewards: tf.mul(chosen, tau), rejected_rewards: tf.mul(rejected, tau) };
  });
}
