import type { StageInRun } from '@itool/lineage';

/** Makings that an estimate looks at. */
const LATEST = 5;

/**
 * Milliseconds that a stage will take, from former runs: the median of the latest five that computed; null when none is known.
 * A run that found nothing changed ends at once and says nothing about the cost.
 *
 * @param history latest first
 */
export function estimateCost(history: readonly StageInRun[]): number | null {
  const computed = history.filter((one, i) => isComputed(one, history.slice(i + 1)));
  const times = computed.slice(0, LATEST).map(({ task }) => task.end! - task.start!);
  if (times.length === 0) return null;
  times.sort((a, b) => a - b);
  const middle = times.length >> 1;
  return times.length % 2 === 1 ? times[middle]! : (times[middle - 1]! + times[middle]!) / 2;
}

function isComputed({ task, provenance }: StageInRun, earlier: readonly StageInRun[]): boolean {
  if (task.status !== 'success' || task.start === undefined || task.end === undefined) return false;
  return !earlier.some((other) => other.provenance?.key === provenance?.key);
}
