/** Why a response is over: the model ended it, it ran into the token limit, or the context is full. */
export type TerminalReason = 'end' | 'length' | 'context';

/** A state of the search: the response up to and including this node's fragment. */
export type SearchNode = {
  /** Order of creation in its tree; the root is 0. */
  node_id: number;
  parent: SearchNode | null;
  depth: number;
  child_index: number;
  /** The fragment that led here. */
  token_ids: readonly number[];
  text: string;
  /** Tokens and text of the response so far. */
  response_ids: readonly number[];
  response: string;
  /** Prior of the fragment. */
  p: number;
  /** Outcome, self-evaluation, and R = O + weight C. */
  O: number;
  C: number;
  R: number;
  /** Reward of the step, R minus the parent's R. */
  r: number;
  /** Q of the step into this node, V of the state, completed visits. */
  q_value: number;
  value: number;
  visit_count: number;
  /** Null while the response goes on. */
  reason: TerminalReason | null;
  /** Null before expansion. */
  children: SearchNode[] | null;
};

export type TreeRow = {
  tree_id: string;
  row_id: string;
  prompt_ids: readonly number[];
  /** Ground truth: text, and tokens with the end token (read with `include_ground_truth` only). */
  target: string;
  target_ids?: readonly number[];
};

/** Child indexes from the root, for example `0.2`; the root is the empty text. */
export function pathOf(node: SearchNode): string {
  if (node.parent === null) return '';
  const above = pathOf(node.parent);
  return above === '' ? `${node.child_index}` : `${above}.${node.child_index}`;
}

/** Nothing below the node is left to expand. */
export function isExhausted(node: SearchNode): boolean {
  return node.reason !== null || (node.children?.every(isExhausted) ?? false);
}
