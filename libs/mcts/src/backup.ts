import type { SearchNode } from './search-node.ts';

/** V of a state: its children's Q weighted by visits; 0 without a weighted child. */
export function stateValue(children: readonly SearchNode[], unvisited_weight: 0 | 1): number {
  let weights = 0;
  let sum = 0;
  for (const child of children) {
    const weight = child.visit_count === 0 ? unvisited_weight : child.visit_count;
    weights += weight;
    sum += weight * child.q_value;
  }
  return weights === 0 ? 0 : sum / weights;
}

/**
 * Backup along a path from the root to a leaf, from below: V from the children, then one more visit, then Q = r + gamma V. V
 * before Q is the executable order, the paper's fifth version's (specs: itool, 7.6).
 */
export function backup(path: readonly SearchNode[], options: { gamma: number; unvisited_weight: 0 | 1 }): void {
  for (const node of [...path].reverse()) {
    if (node.children !== null) node.value = stateValue(node.children, options.unvisited_weight);
    node.visit_count += 1;
    node.q_value = node.r + options.gamma * node.value;
  }
}
