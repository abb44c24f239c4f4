import { randomStream } from '@itool/random';
import fc from 'fast-check';
import { epochBatches, packByTokens, updatesPerEpoch } from './micro-batches.ts';

describe('packByTokens', () => {
  it('fills groups in order up to the budget; a larger row stands alone', () => {
    expect(packByTokens([3, 4, 2, 9, 1], (tokens) => tokens, { micro_batch_tokens: 7 })).toEqual([
      [3, 4],
      [2],
      [9],
      [1],
    ]);
  });

  it('keeps every row once, in order, within the budget', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 })), fc.integer({ min: 1, max: 40 }), (rows, budget) => {
        const groups = packByTokens(rows, (tokens) => tokens, { micro_batch_tokens: budget });
        expect(groups.flat()).toEqual(rows);
        for (const group of groups)
          expect(group.length === 1 || group.reduce((sum, size) => sum + size, 0) <= budget).toBe(true);
      }),
    );
  });
});

describe('epochBatches', () => {
  it('makes whole batches of shuffled rows, at least one', () => {
    const rows = Array.from({ length: 11 }, (_, i) => i);
    const batches = epochBatches(rows, 4, randomStream(1, 'order'));
    expect(batches.map((batch) => batch.length)).toEqual([4, 4]);
    expect(new Set(batches.flat()).size).toBe(8);
    expect(epochBatches(rows, 4, randomStream(1, 'order'))).toEqual(batches);
    expect(epochBatches(rows, 64, randomStream(1, 'order'))[0]).toHaveLength(11);
    expect([updatesPerEpoch(0, 4), updatesPerEpoch(3, 4), updatesPerEpoch(8, 4)]).toEqual([0, 1, 2]);
  });
});
