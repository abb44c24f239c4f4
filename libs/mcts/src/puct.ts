import type { SearchNode } from './search-node.ts';

/** PUCT score of a child, Q + c p sqrt(N(parent)) / (1 + N(child)) (specs: itool, 7.4). */
export function puctScore(child: SearchNode, parent_visits: number, c: number): number {
  return child.q_value + (c * child.p * Math.sqrt(parent_visits)) / (1 + child.visit_count);
}

/** The candidate with the highest score; ties go to the lower index. */
export function bestChild(node: SearchNode, candidates: readonly SearchNode[], c: number): SearchNode {
  let best = candidates[0]!;
  let bestScore = puctScore(best, node.visit_count, c);
  for (const child of candidates.slice(1)) {
    const score = puctScore(child, node.visit_count, c);
    if (score > bestScore) {
      best = child;
      bestScore = score;
    }
  }
  return best;
}
