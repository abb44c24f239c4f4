import type { PairConfig } from './pair-config.ts';
import type { PairNode } from './pair-record.ts';

/**
 * The sibling with the highest and the one with the lowest Q, ties to more visits, then to the lower index. Null when
 * `require_visited` leaves no two.
 */
export function chooseSiblings<N extends PairNode>(
  children: readonly N[],
  require_visited: PairConfig['require_visited'],
): { chosen: N; rejected: N } | null {
  const withOutcome = children.filter((child) => child.visit_count >= 1 || child.terminal);
  const chosen = best(require_visited === 'none' ? children : withOutcome, 1);
  const rejected = best(
    (require_visited === 'both' ? withOutcome : children).filter((child) => child !== chosen),
    -1,
  );
  return chosen && rejected ? { chosen, rejected } : null;
}

function best<N extends PairNode>(children: readonly N[], sign: 1 | -1): N | undefined {
  return [...children].sort(
    (x, y) => sign * (y.q_value - x.q_value) || y.visit_count - x.visit_count || x.child_index - y.child_index,
  )[0];
}
