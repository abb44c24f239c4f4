import type { Score } from '../report-data.ts';

const Z_95 = 1.959963984540054;

export type Interval = { low: number; high: number };

/** Wilson score interval of a share at 95 % (Wilson 1927), in 0..1; null without cases. */
export function wilsonInterval({ correct, total }: Score): Interval | null {
  if (total === 0) return null;
  const share = correct / total;
  const z2 = Z_95 * Z_95;
  const centre = (share + z2 / (2 * total)) / (1 + z2 / total);
  const half = (Z_95 / (1 + z2 / total)) * Math.sqrt((share * (1 - share)) / total + z2 / (4 * total * total));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
