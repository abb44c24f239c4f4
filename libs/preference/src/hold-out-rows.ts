import { seedFrom } from '@itool/random';

/**
 * Row ids whose pairs are held out: rows in hash order until max(share x n, min_count) pairs are reached, never more than half
 * of all pairs. Whole rows, since pairs of one tree share their prompt.
 */
export function holdOutRows(
  pairs: readonly { row_id: string }[],
  { share, min_count }: { share: number; min_count: number },
  seed: number,
): Set<string> {
  const counts = new Map<string, number>();
  for (const { row_id } of pairs) counts.set(row_id, (counts.get(row_id) ?? 0) + 1);
  const wanted = Math.max(Math.ceil(share * pairs.length), min_count);
  const most = Math.floor(pairs.length / 2);
  const order = [...counts]
    .map(([row_id, count]) => ({ row_id, count, key: seedFrom(seed, ['validation', row_id]) }))
    .sort((x, y) => x.key[0] - y.key[0] || x.key[1] - y.key[1]);
  const held = new Set<string>();
  let total = 0;
  for (const { row_id, count } of order) {
    if (total >= wanted) break;
    if (total + count > most) continue;
    held.add(row_id);
    total += count;
  }
  return held;
}
