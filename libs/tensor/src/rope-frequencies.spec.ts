import { ropeFrequencies } from './rope-frequencies.ts';

describe('ropeFrequencies', () => {
  it('falls from 1 by theta^(-2j/head_dim)', () => {
    const [first, second] = ropeFrequencies(4, { theta: 10000 });
    expect(first).toBe(1);
    expect(second).toBeCloseTo(0.01, 15);
  });

  it('keeps fast rotations and slows slow ones down by the factor (llama3)', () => {
    // With 2000 positions the frequencies turn 318.3, 3.183 and 0.032 times: kept, between 1 and 4, divided by 8.
    const plain = ropeFrequencies(6, { theta: 1e6 });
    const llama3 = ropeFrequencies(6, {
      theta: 1e6,
      scaling: {
        rope_type: 'llama3',
        factor: 8,
        low_freq_factor: 1,
        high_freq_factor: 4,
        original_max_position_embeddings: 2000,
      },
    });
    expect(llama3[0]).toBe(plain[0]);
    const smooth = ((2000 * 0.01) / (2 * Math.PI) - 1) / 3;
    expect(llama3[1]).toBeCloseTo(((1 - smooth) * 0.01) / 8 + smooth * 0.01, 12);
    expect(llama3[2]).toBe(plain[2]! / 8);
  });

  it('divides all frequencies in linear scaling', () => {
    const linear = ropeFrequencies(4, { theta: 10000, scaling: { rope_type: 'linear', factor: 4 } });
    expect(linear).toEqual(ropeFrequencies(4, { theta: 10000 }).map((frequency) => frequency / 4));
  });
});
