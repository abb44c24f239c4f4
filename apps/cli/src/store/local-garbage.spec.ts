import { type LocalBlob, planLocalGarbage } from './local-garbage.ts';

const DAY = 24 * 3600 * 1000;
const NOW = 100 * DAY;
const blob = (sha256: string, size: number, days: number): LocalBlob => ({
  ...{ sha256, size, path: sha256, last_used: NOW - days * DAY },
});
const blobs = [
  blob('old', 10, 40),
  blob('used', 10, 50),
  blob('recent', 30, 2),
  blob('today', 30, 1),
  blob('now', 99, 0),
];
const plan = (limits: { max_age_ms: number; max_bytes?: number }) =>
  planLocalGarbage(blobs, new Set(['used']), limits, NOW).map(({ sha256 }) => sha256);

it('removes what is old and in no manifest of a checkout', () => {
  expect(plan({ max_age_ms: 30 * DAY })).toEqual(['old']);
});

it('then removes the least recently used until the rest fits, but nothing that a run may just have written', () => {
  // 179 bytes in all: without `old` 169, without `recent` 139, without `today` 109.
  expect(plan({ max_age_ms: 30 * DAY, max_bytes: 140 })).toEqual(['old', 'recent']);
  expect(plan({ max_age_ms: 30 * DAY, max_bytes: 0 })).toEqual(['old', 'recent', 'today']);
});
