import type { StageInRun } from '@itool/lineage';
import { estimateCost } from './estimate-cost.ts';

const made = (key: string, ms: number, status = 'success'): StageInRun =>
  ({ task: { status, start: 1000, end: 1000 + ms }, provenance: { key } }) as unknown as StageInRun;

describe('estimateCost', () => {
  it('is the median of the runs that computed, latest first', () => {
    expect(estimateCost([made('c', 30), made('b', 10), made('a', 100)])).toBe(30);
    expect(estimateCost([made('b', 10), made('a', 100)])).toBe(55);
  });

  it('passes over hits, failures, and runs that found nothing changed', () => {
    const history = [made('b', 1, 'local-cache'), made('a', 2), made('b', 3, 'failure'), made('a', 400)];
    expect(estimateCost(history)).toBe(400);
    expect(estimateCost([made('a', 5, 'remote-cache')])).toBeNull();
  });
});
