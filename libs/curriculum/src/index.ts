export { type CallCount, type DifficultyMeasures, difficultyMeasures } from './difficulty-measures.ts';
export { perplexity } from './perplexity.ts';
export {
  type RankedRow,
  type RowClass,
  rankRows,
  rowClass,
  type ScoredRow,
  type Selection,
  selectionOverlap,
  topShare,
} from './rank-rows.ts';
export { type Tier, tertileTiers, thresholdTier } from './tier.ts';
