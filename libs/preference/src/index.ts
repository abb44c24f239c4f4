export { findLopsided, type SideCounts } from './balance-sides.ts';
export { buildPairs, type PairSet } from './build-pairs.ts';
export { DEFAULT_PAIRS, type PairConfig } from './pair-config.ts';
export type { PairPrecision } from './pair-precision.ts';
export { type PairNode, type PairPrompt, type PreferencePair, REASONS, type Reason } from './pair-record.ts';
export { type PairSide, SIDES } from './pair-side.ts';
