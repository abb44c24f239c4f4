import { type Candidate, planGarbage } from './collect-garbage.ts';
import type { Entry } from './entries.ts';

const candidate = (key: string, size: number, last_used: number, kept = false): Candidate => ({
  entry: { key, size } as Entry,
  last_used,
  kept,
});
const candidates = [candidate('a', 10, 5), candidate('b', 20, 3, true), candidate('c', 30, 8), candidate('d', 40, 9)];
const plan = (limits: Parameters<typeof planGarbage>[1]) => planGarbage(candidates, limits, 10).map(({ key }) => key);

it('removes what was not read for long, and nothing that a run keeps', () => {
  expect(plan({ max_age_ms: 4 })).toEqual(['a']);
  expect(plan({})).toEqual([]);
});

it('removes the least recently used until the rest fits; what is kept counts', () => {
  // 100 bytes in all.
  expect(plan({ max_bytes: 95 })).toEqual(['a']);
  expect(plan({ max_bytes: 60 })).toEqual(['a', 'c']);
  expect(plan({ max_bytes: 0 })).toEqual(['a', 'c', 'd']);
});
