export { type CrossEntropyReduction, type CrossEntropyTargets, crossEntropy } from './cross-entropy.ts';
export { dpo } from './dpo.ts';
export { ipo } from './ipo.ts';
export { orpo } from './orpo.ts';
export { type PairLogProbs, type PreferenceTerms, pairLogProbs, type ReferenceLogProbs } from './pair-log-probs.ts';
export { needsReference, type PreferenceLossConfig, preferenceLoss } from './preference-loss.ts';
export { sequenceSums } from './sequence-sums.ts';
export { simpo } from './simpo.ts';
