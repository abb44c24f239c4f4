import { seedFrom } from '@itool/random';
import type { Params } from './params.ts';

const TIERS = ['easy', 'medium', 'hard'] as const;

export type TierRow = { row_id: string; family: string };

/**
 * Rows of one tier. Families in `spread_families` do not go by their measures: a judge prompt has no tools and would always be
 * easy, and a skill that is trained in the first tier alone is forgotten by the last.
 */
export function tierRows<R extends TierRow>(
  rows: readonly R[],
  tier_of: ReadonlyMap<string, string>,
  { tier, spread_families, seed }: Pick<Params, 'tier' | 'spread_families' | 'seed'>,
): R[] {
  if (tier === 'all') return [...rows];
  return rows.filter((row) => {
    const spread = spread_families.includes(row.family);
    return (spread ? TIERS[seedFrom(seed, ['spread', row.row_id])[0] % 3] : tier_of.get(row.row_id)) === tier;
  });
}
