import type { SearchTree } from './search-tree.ts';

/** A row of the `nodes` table. */
export type NodeRow = {
  tree_id: string;
  row_id: string;
  node_id: number;
  /** -1 for the root. */
  parent_id: number;
  depth: number;
  child_index: number;
  text: string;
  /** The fragment's own tokens; the last is the end token when `reason` is `end`. */
  token_ids: number[];
  p: number;
  q_value: number;
  visit_count: number;
  value: number;
  r: number;
  R: number;
  O: number;
  C: number;
  terminal: boolean;
  /** `end`, `length` or `context` for a terminal node, else empty. */
  reason: string;
};

/** The trees as table rows, nodes in the order of their creation. */
export function nodeRows(trees: readonly SearchTree[]): NodeRow[] {
  return trees.flatMap(({ row, nodes }) =>
    nodes.map((node) => ({
      tree_id: row.tree_id,
      row_id: row.row_id,
      node_id: node.node_id,
      parent_id: node.parent?.node_id ?? -1,
      depth: node.depth,
      child_index: node.child_index,
      text: node.text,
      token_ids: [...node.token_ids],
      p: node.p,
      q_value: node.q_value,
      visit_count: node.visit_count,
      value: node.value,
      r: node.r,
      R: node.R,
      O: node.O,
      C: node.C,
      terminal: node.reason !== null,
      reason: node.reason ?? '',
    })),
  );
}
