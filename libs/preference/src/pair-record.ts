import type { PairSide } from './pair-side.ts';

/** The columns of the `nodes` table that pairs are made of. */
export type PairNode = {
  tree_id: string;
  row_id: string;
  node_id: number;
  parent_id: number;
  depth: number;
  child_index: number;
  text: string;
  /** The fragment's own tokens; the last is the end token when `reason` is `end`. */
  token_ids: ArrayLike<number>;
  q_value: number;
  visit_count: number;
  terminal: boolean;
  reason: string;
};

/** A row of the `prompts` table: what a tree started from. */
export type PairPrompt = {
  tree_id: string;
  row_id: string;
  prompt_ids: ArrayLike<number>;
  prompt: string;
  target: string;
};

/**
 * A row of the `pairs` table. `prompt_ids` is the template's prompt and the path to the parent, and carries no loss;
 * `chosen_ids` and `rejected_ids` are the fragments' own tokens, all under the loss, with the end token only where the
 * fragment ended the turn: a shared prefix would dilute the margin of a length-normalised loss, and an end token after an
 * unfinished fragment would teach to stop early (specs: itool, section 8).
 */
export type PreferencePair = {
  pair_id: string;
  row_id: string;
  tree_id: string;
  parent_id: number;
  chosen_id: number;
  rejected_id: number;
  /** Depth of the two fragments; 1 is the start of the response. */
  depth: number;
  prompt: string;
  chosen: string;
  rejected: string;
  prompt_ids: number[];
  chosen_ids: number[];
  rejected_ids: number[];
  q_chosen: number;
  q_rejected: number;
  n_chosen: number;
  n_rejected: number;
  similarity: number;
  /** Direction on the two axes of known bias. */
  side: PairSide;
  /** Whether the response up to and including the fragment can still become the ground truth, judged by the AST. */
  chosen_on_track: boolean;
  rejected_on_track: boolean;
  /** Whether the row's target calls a tool. */
  class: 'call' | 'no_call';
  fold: 'train' | 'validation';
};

/** What became of the sibling groups: why a pair was dropped, and `kept`. */
export const REASONS = [
  'unvisited',
  'identical',
  'similar',
  'gap',
  'weak',
  'not_value',
  'duplicate',
  'unbalanced',
  'capped',
  'kept',
] as const;
export type Reason = (typeof REASONS)[number];
