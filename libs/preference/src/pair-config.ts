/** Settings of the pair set; paper values in specs: itool, section 8. */
export type PairConfig = {
  /**
   * Whose Q must hold an outcome (visited, or terminal): the chosen fragment's, both, or neither. The Q of an unvisited
   * fragment is its step reward alone.
   */
  require_visited: 'chosen' | 'both' | 'none';
  /** `edit`: on token ids; `overlap`: the released code's on words, in which a subset counts as equal. */
  similarity: 'edit' | 'overlap';
  /** A pair at the bound is kept, here and below. */
  max_similarity: number;
  min_gap: number;
  /** Least Q of the chosen fragment; null sets none. */
  min_chosen_q: number | null;
  /** Keep only pairs of the same parameter with different values, which are free of both biases of `pairSide`. */
  value_only: boolean;
  /** Most pairs of one direction per pair of the other (see `pairSide`); null leaves the set as it is. */
  max_side_ratio: number | null;
  max_pairs: number;
  /** Held-out share, and the least number held out. */
  validation: { share: number; min_count: number };
  seed: number;
};

export const DEFAULT_PAIRS: PairConfig = {
  require_visited: 'chosen',
  similarity: 'edit',
  max_similarity: 0.95,
  min_gap: 0.1,
  min_chosen_q: 0.3,
  value_only: false,
  max_side_ratio: null,
  max_pairs: 4000,
  validation: { share: 0.01, min_count: 32 },
  seed: 42,
};
