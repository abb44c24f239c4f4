import { seedFrom } from '@itool/random';
import type { PairSide, SIDES } from './pair-side.ts';

export type SideCounts = Record<(typeof SIDES)[number], number>;

const AXES = [
  ['close', 'comma'],
  ['refuse', 'call'],
] as const;

export function countSides(sides: readonly PairSide[]): SideCounts {
  const counts: SideCounts = { close: 0, comma: 0, refuse: 0, call: 0 };
  for (const side of sides) if (side !== 'other') counts[side]++;
  return counts;
}

/**
 * Thins out the more frequent direction of each axis to `max_side_ratio` times the other, by a hash of the pair. With none of
 * the other direction nothing is left of it: a one-sided axis teaches the bias alone.
 */
export function balanceSides<P extends { pair_id: string; side: PairSide }>(
  pairs: readonly P[],
  max_side_ratio: number,
  seed: number,
): P[] {
  const counts = countSides(pairs.map((pair) => pair.side));
  const dropped = new Set<P>();
  for (const axis of AXES) {
    for (const [side, other] of [axis, [axis[1], axis[0]] as const]) {
      const most = Math.floor(max_side_ratio * counts[other]);
      const ordered = pairs
        .filter((pair) => pair.side === side)
        .map((pair) => ({ pair, key: seedFrom(seed, ['balance', pair.pair_id]) }))
        .sort((x, y) => x.key[0] - y.key[0] || x.key[1] - y.key[1]);
      for (const { pair } of ordered.slice(most)) dropped.add(pair);
    }
  }
  return pairs.filter((pair) => !dropped.has(pair));
}

/** The first axis on which one direction has more than `max_side_ratio` pairs per pair of the other, for example `close 24, comma 1`; else null. */
export function findLopsided(pairs: readonly { side: PairSide }[], max_side_ratio: number): string | null {
  const counts = countSides(pairs.map((pair) => pair.side));
  for (const [side, other] of AXES) {
    if (Math.max(counts[side], counts[other]) > max_side_ratio * Math.min(counts[side], counts[other])) {
      return `${side} ${counts[side]}, ${other} ${counts[other]}`;
    }
  }
  return null;
}
