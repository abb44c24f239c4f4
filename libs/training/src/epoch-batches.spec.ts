import { randomStream } from '@itool/random';
import { epochBatches } from './epoch-batches.ts';

describe('epochBatches', () => {
  const rows = Array.from({ length: 10 }, (_, i) => i);

  it('visits every row once and keeps the smaller last batch', () => {
    const batches = epochBatches(rows, 4, randomStream(1, 'a'));
    expect(batches.map((batch) => batch.length)).toEqual([4, 4, 2]);
    expect(batches.flat().sort((a, b) => a - b)).toEqual(rows);
  });

  it('gives another order in the next epoch of the same stream', () => {
    const stream = randomStream(1, 'a');
    expect(epochBatches(rows, 10, stream)).not.toEqual(epochBatches(rows, 10, stream));
  });
});
