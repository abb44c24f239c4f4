export type PairOfTree = { iteration: number; tree_id: string; q_chosen: number; q_rejected: number };

/**
 * The search tree that a report shows: the one with the widest gap between a chosen and a rejected step; ties go to the
 * smaller tree_id (by code unit), then to the earlier iteration. Null without pairs.
 */
export function pickTree<P extends PairOfTree>(pairs: readonly P[]): P | null {
  let best: P | null = null;
  for (const pair of pairs) if (best === null || isBefore(pair, best)) best = pair;
  return best;
}

function isBefore(a: PairOfTree, b: PairOfTree): boolean {
  const gapA = a.q_chosen - a.q_rejected;
  const gapB = b.q_chosen - b.q_rejected;
  if (gapA !== gapB) return gapA > gapB;
  if (a.tree_id !== b.tree_id) return a.tree_id < b.tree_id;
  return a.iteration < b.iteration;
}
