import { tf } from '@itool/tensor';
import { dpo } from './dpo.ts';
import { ipo } from './ipo.ts';
import { orpo } from './orpo.ts';
import { type PairLogProbs, type PreferenceTerms, pairMeans, type ReferenceLogProbs } from './pair-log-probs.ts';
import { simpo } from './simpo.ts';

/**
 * Which preference loss, with its own parameters (best values of the iTool paper's search: simpo beta 2.5, gamma 0.5; dpo beta 0.1;
 * ipo tau 0.1; orpo lambda 0.1). `sft_coef` c adds c times the chosen completion's mean negative log-likelihood, a guard against a
 * collapsing policy (absent: 0, as in the paper).
 */
export type PreferenceLossConfig = (
  | { kind: 'simpo'; beta: number; gamma: number }
  | { kind: 'dpo'; beta: number }
  | { kind: 'ipo'; tau: number }
  | { kind: 'orpo'; lambda: number }
) & { sft_coef?: number };

/** True for losses that compare with a reference policy. */
export function needsReference(config: PreferenceLossConfig): boolean {
  return config.kind === 'dpo' || config.kind === 'ipo';
}

/** Losses [P] and rewards [P] of P pairs. @throws when the loss needs a reference and none is given */
export function preferenceLoss(
  pair: PairLogProbs,
  config: PreferenceLossConfig,
  reference?: ReferenceLogProbs,
): PreferenceTerms {
  const coefficient = config.sft_coef ?? 0;
  if (coefficient === 0) return terms(pair, config, reference);
  return tf.tidy(() => {
    const { losses, ...rewards } = terms(pair, config, reference);
    return { ...rewards, losses: tf.sub<tf.Tensor1D>(losses, tf.mul(pairMeans(pair).chosen, coefficient)) };
  });
}

function terms(pair: PairLogProbs, config: PreferenceLossConfig, reference?: ReferenceLogProbs): PreferenceTerms {
  if (config.kind === 'simpo') return simpo(pair, config);
  if (config.kind === 'orpo') return orpo(pair, config);
  if (reference === undefined) throw new Error(`loss: ${config.kind} needs reference log-probabilities`);
  return config.kind === 'dpo' ? dpo(pair, reference, config) : ipo(pair, reference, config);
}
