import { chooseByHash, philox4x32, randomStream, restoreStream } from './index.ts';

describe('philox4x32', () => {
  // Known answers of the Random123 distribution (kat_vectors, philox4x32 10 rounds).
  it.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ] as const)('counter %p key %p', (counter, key, expected) => {
    expect(philox4x32(counter, key)).toEqual(expected);
  });
});

describe('randomStream', () => {
  it('restores in the middle of a block', () => {
    const stream = randomStream(42, 'a');
    for (let i = 0; i < 7; i++) stream.uint32();
    const copy = restoreStream(JSON.parse(JSON.stringify(stream.state())));
    expect(copy.uniform()).toBe(stream.uniform());
    expect(copy.uint32()).toBe(stream.uint32());
  });

  it('gives different streams for different names', () => {
    expect(randomStream(42, 'a', 'bc').uint32()).not.toBe(randomStream(42, 'ab', 'c').uint32());
    expect(randomStream(42, 'a').uint32()).not.toBe(randomStream(43, 'a').uint32());
  });

  it('has the moments of its distributions', () => {
    const stream = randomStream(7, 'moments');
    const n = 20_000;
    let sum = 0;
    let square = 0;
    const counts = [0, 0, 0];
    for (let i = 0; i < n; i++) {
      const x = stream.normal();
      sum += x;
      square += x * x;
      counts[stream.integer(3)]!++;
    }
    expect(Math.abs(sum / n)).toBeLessThan(0.03);
    expect(Math.abs(square / n - 1)).toBeLessThan(0.05);
    for (const count of counts) expect(Math.abs(count / n - 1 / 3)).toBeLessThan(0.02);
  });

  it('shuffles into a permutation and leaves the input alone', () => {
    const items = [1, 2, 3, 4, 5, 6];
    const shuffled = randomStream(1, 's').shuffle(items);
    expect([...shuffled].sort()).toEqual(items);
    expect(items).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe('chooseByHash', () => {
  it('takes about the share, and the same ids whatever else is there', () => {
    const ids = Array.from({ length: 5000 }, (_, i) => `row-${i}`);
    const chosen = ids.filter((id) => chooseByHash(id, { seed: 42, name: 'split', share: 0.9 }));
    expect(Math.abs(chosen.length / ids.length - 0.9)).toBeLessThan(0.02);
    expect(chooseByHash('row-3', { seed: 42, name: 'split', share: 0.9 })).toBe(chosen.includes('row-3'));
  });
});
