import type { DialogueRow } from '@itool/record';
import fc from 'fast-check';
import { difficultyMeasures, tertileTiers, thresholdTier } from './index.ts';

describe('thresholdTier', () => {
  it.each([
    [1, 999, 1, 'easy'],
    [0, 0, 0, 'easy'],
    [1, 1000, 1, 'medium'],
    [1, 2000, 1, 'medium'],
    [1, 2001, 1, 'hard'],
    [2, 500, 1, 'medium'],
    [4, 10, 1, 'hard'],
    [1, 500, 2, 'medium'],
    [1, 500, 4, 'hard'],
    [3, 2000, 3, 'medium'],
  ])('a %i, b %i, c %i is %s', (a, b, c, tier) => {
    expect(thresholdTier({ a, b, c })).toBe(tier);
  });
});

describe('difficultyMeasures', () => {
  const row: DialogueRow = {
    row_id: 'r',
    source: 's',
    family: 'f',
    tools: [{ name: 'né' }, { name: '𝄞' }],
    tools_text: '',
    messages: [
      { role: 'user', content: '[not(a=1)]' },
      { role: 'assistant', content: '[f(x=1), g(y="a, b")]' },
      { role: 'tool', content: '{}' },
      { role: 'assistant', content: '[f(x=2)]' },
      { role: 'assistant', content: 'Done.' },
    ],
  };

  it('counts tools, code points and calls of the assistant turns', () => {
    expect(difficultyMeasures({ ...row, tools_text: '[é𝄞]' })).toEqual({ a: 2, b: 4, c: 3 });
    expect(difficultyMeasures(row, 'max').c).toBe(2);
    expect(difficultyMeasures(row, 'last').c).toBe(0);
  });

  it('falls back to spaced JSON when the row has no tools text', () => {
    expect(difficultyMeasures(row).b).toBe('[{"name": "né"}, {"name": "X"}]'.length);
  });
});

describe('tertileTiers', () => {
  it('orders by the mean rank, then calls, tools, length, id', () => {
    // Doubled ranks: x 0+0+1, y 2+4+1, z 4+2+4.
    const rows = [
      { row_id: 'z', a: 3, b: 20, c: 2 },
      { row_id: 'y', a: 2, b: 30, c: 1 },
      { row_id: 'x', a: 1, b: 10, c: 1 },
    ];
    expect(Object.fromEntries(tertileTiers(rows))).toEqual({ x: 'easy', y: 'medium', z: 'hard' });
    const equal = ['p', 'q', 'o'].map((row_id) => ({ row_id, a: 1, b: 1, c: 1 }));
    expect(Object.fromEntries(tertileTiers(equal))).toEqual({ o: 'easy', p: 'medium', q: 'hard' });
  });

  it('gives sizes that differ by at most one, whatever the input order', () => {
    const measures = fc.record({ a: fc.nat(5), b: fc.nat(3000), c: fc.nat(4) });
    fc.assert(
      fc.property(fc.array(measures, { maxLength: 40 }), (list) => {
        const rows = list.map((row, i) => ({ ...row, row_id: `r${i}` }));
        const tiers = tertileTiers(rows);
        const sizes = (['easy', 'medium', 'hard'] as const).map(
          (t) => [...tiers.values()].filter((x) => x === t).length,
        );
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        const again = tertileTiers([...rows].reverse());
        for (const { row_id } of rows) expect(again.get(row_id)).toBe(tiers.get(row_id));
      }),
    );
  });
});
