import { tf } from '@itool/tensor';
import { minusLogSigmoid } from './minus-log-sigmoid.ts';
import { type PairLogProbs, type PreferenceTerms, pairMeans } from './pair-log-probs.ts';

/** Largest m that the odds see: at m = 0 (probability 1) they are infinite. */
const LARGEST_MEAN = -1e-6;

/**
 * ORPO (Hong et al. 2024, eqs 4-7):
 *   L = -m_w - lambda log sigma( logodds(m_w) - logodds(m_l) ),  logodds(m) = m - log(1 - e^m)
 * Rewards: lambda m. No gradient passes through the odds of a completion whose m is above -1e-6.
 */
export function orpo(pair: PairLogProbs, { lambda }: { lambda: number }): PreferenceTerms {
  return tf.tidy(() => {
    const means = pairMeans(pair);
    const ratio = tf.sub<tf.Tensor1D>(logOdds(means.chosen), logOdds(means.rejected));
    const losses = tf.sub<tf.Tensor1D>(tf.mul(minusLogSigmoid(ratio), lambda), means.chosen);
    return {
      losses,
      chosen_rewards: tf.mul(means.chosen, lambda),
      rejected_rewards: tf.mul(means.rejected, lambda),
    };
  });
}

// log(1 - e^m) by log(-expm1(m)) near 0 and log1p(-e^m) elsewhere (Maechler 2012, log1mexp). Both are finite for every clamped m, so a 0/1
// factor may choose between them. Relu and step instead of minimum and where: float all through, no boolean tensors.
function logOdds(mean: tf.Tensor1D): tf.Tensor1D {
  const m = tf.sub(LARGEST_MEAN, tf.relu(tf.sub(LARGEST_MEAN, mean)));
  const nearZero = tf.step(tf.add(m, Math.LN2));
  const log = tf.add(
    tf.mul(nearZero, tf.log(tf.neg(tf.expm1(m)))),
    tf.mul(tf.sub(1, nearZero), tf.log1p(tf.neg(tf.exp(m)))),
  );
  return tf.sub(m, log);
}
