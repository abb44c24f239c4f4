import { findLopsided } from './balance-sides.ts';
import type { PairSide } from './pair-side.ts';

describe('findLopsided', () => {
  const pairs = (sides: Partial<Record<PairSide, number>>) =>
    Object.entries(sides).flatMap(([side, count]) => Array.from({ length: count }, () => ({ side: side as PairSide })));

  it.each([
    [{}, null],
    [{ other: 9 }, null],
    [{ close: 6, comma: 2 }, null],
    [{ close: 7, comma: 2 }, 'close 7, comma 2'],
    [{ close: 2, comma: 7 }, 'close 2, comma 7'],
    [{ close: 1, comma: 1, refuse: 1 }, 'refuse 1, call 0'],
  ])('%j at 3 to 1: %s', (sides, found) => {
    expect(findLopsided(pairs(sides), 3)).toBe(found);
  });
});
