/** Settings of the search; names and paper values in specs: itool, sections 6 and 7. */
export type SearchConfig = {
  /** Children of an expansion, at most. */
  width: number;
  /** Depth of the deepest nodes, the root being 0; those are generated to the end. */
  depth: number;
  /** Roll-out steps after the expansion of an iteration. */
  simulation: number;
  iterations: number;
  /** Exploration weight of PUCT. */
  c: number;
  /** Discount of the backup. The paper names it and gives no value. */
  gamma: number;
  /** Exponent of the length in the prior exp(sum / L^lambda): 0 product, 1 mean, 1.25 the parent code's. */
  prior_exponent: number;
  /** Weight of the self-evaluation C in R = O + weight C; 0 asks for none. */
  judge_weight: number;
  /** Weight of a child without visits in V: 0 is the paper's formula, 1 the parent code's. */
  unvisited_weight: 0 | 1;
  /** Leave finished subtrees out of selection. The paper does not; then iterations after a terminal repeat its path. */
  skip_exhausted: boolean;
  /** Give one slot to the ground truth where the prefix lies on it. */
  include_ground_truth: boolean;
  /** Further draws for a slot that came out as a duplicate. */
  extra_draws: number;
  /** Compare string values exactly in the outcome. */
  strict: boolean;
  /** Partial credit for a response that goes on, for policies too small to evaluate themselves. */
  ast_prefix: boolean;
  /** Commit to the most visited child after `iterations` and search on from it until it is terminal, as the parent code does. */
  advance_root: boolean;
  max_fragment_tokens: number;
  max_completion_tokens: number;
  /** Positions of the model; a response that comes within 5 of it is over. */
  context_length: number;
  seed: number;
  /** Round of the reinforced fine-tuning: part of the names of the random streams. */
  iteration: number;
};

/** The defaults of the method; only the context and the round are the caller's. */
export const DEFAULT_SEARCH: Omit<SearchConfig, 'context_length' | 'iteration'> = {
  width: 3,
  depth: 3,
  simulation: 2,
  iterations: 5,
  c: 1.0,
  gamma: 1.0,
  prior_exponent: 1,
  judge_weight: 1,
  unvisited_weight: 0,
  skip_exhausted: true,
  include_ground_truth: false,
  extra_draws: 2,
  strict: false,
  ast_prefix: false,
  advance_root: false,
  max_fragment_tokens: 50,
  max_completion_tokens: 512,
  seed: 42,
};
