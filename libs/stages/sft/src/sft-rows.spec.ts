import { randomStream } from '@itool/random';
import { permuteTargets } from './permute-targets.ts';
import { tierRows } from './tier-rows.ts';

describe('tierRows', () => {
  const rows = Array.from({ length: 600 }, (_, i) => ({ row_id: `r${i}`, family: i % 2 === 0 ? 'judge' : 'simple' }));
  const tiers = new Map(rows.map((row, i) => [row.row_id, i % 4 === 1 ? 'hard' : 'easy']));
  const of = (tier: 'easy' | 'medium' | 'hard' | 'all') =>
    tierRows(rows, tiers, { tier, spread_families: ['judge'], seed: 1 });

  it('takes the rows of the tier and about a third of each spread family, every row once', () => {
    expect(of('hard').filter((row) => row.family === 'simple')).toHaveLength(150);
    for (const tier of ['easy', 'medium', 'hard'] as const) {
      const judges = of(tier).filter((row) => row.family === 'judge').length;
      expect(Math.abs(judges - 100)).toBeLessThan(30);
    }
    const all = [...of('easy'), ...of('medium'), ...of('hard')].map((row) => row.row_id);
    expect(new Set(all).size).toBe(600);
    expect(of('all')).toHaveLength(600);
  });
});

describe('permuteTargets', () => {
  it('gives every prompt the target of another row', () => {
    const rows = Array.from({ length: 8 }, (_, i) => ({
      messages: [
        { role: 'user' as const, content: `q${i}` },
        { role: 'assistant' as const, content: `a${i}` },
      ],
    }));
    const permuted = permuteTargets(rows, randomStream(1, 'p'));
    permuted.forEach((row, i) => {
      expect(row.messages[0]!.content).toBe(`q${i}`);
      expect(row.messages[1]!.content).not.toBe(`a${i}`);
    });
    expect(permuted.map((row) => row.messages[1]!.content).sort()).toEqual(rows.map((_, i) => `a${i}`));
  });
});
