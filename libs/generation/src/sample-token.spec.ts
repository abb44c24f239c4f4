import { sampleToken } from './sample-token.ts';

const LOGITS = Float32Array.from([0.5, 0.2, 0.2, 0.1].map(Math.log));
const WHOLE = { temperature: 1, top_p: 1, top_k: 0 };

describe('sampleToken', () => {
  it('takes the most likely token at temperature 0, the lower id of equals', () => {
    expect(sampleToken(Float32Array.of(1, 3, 3), { ...WHOLE, temperature: 0 }, 0).token_id).toBe(1);
    expect(sampleToken(LOGITS, { ...WHOLE, temperature: 0 }, 0).logprob).toBeCloseTo(Math.log(0.5), 6);
  });

  // Cumulative probabilities: 0.5 0.7 0.9 1; in squares (T = 0.5) 25 29 33 34 of 34.
  it.each([
    [
      'whole',
      WHOLE,
      [
        [0, 0],
        [0.49, 0],
        [0.51, 1],
        [0.69, 1],
        [0.71, 2],
        [0.91, 3],
        [0.9999999, 3],
      ],
    ],
    [
      'temperature',
      { ...WHOLE, temperature: 0.5 },
      [
        [0.73, 0],
        [0.74, 1],
        [0.86, 2],
        [0.98, 3],
      ],
    ],
    [
      'top_k',
      { ...WHOLE, top_k: 2 },
      [
        [0.7, 0],
        [0.72, 1],
        [0.9999999, 1],
      ],
    ],
    [
      'top_p',
      { ...WHOLE, top_p: 0.8 },
      [
        [0.55, 0],
        [0.56, 1],
        [0.77, 1],
        [0.78, 2],
        [0.9999999, 2],
      ],
    ],
    ['top_p of one token', { ...WHOLE, top_p: 0.1 }, [[0.9999999, 0]]],
    ['top_p of what top_k left', { ...WHOLE, top_k: 2, top_p: 0.7 }, [[0.9999999, 0]]],
  ])('maps random numbers to tokens: %s', (_name, config, cases) => {
    for (const [uniform, token] of cases)
      expect([uniform, sampleToken(LOGITS, config, uniform!).token_id]).toEqual([uniform, token]);
  });

  it('makes tokens that were seen less likely, in the order of transformers', () => {
    // 2 and -1 become 1 and -2 under a penalty of 2; a token that was seen twice is penalised once.
    const logits = Float32Array.of(2, 1.5, -1);
    const greedy = { ...WHOLE, temperature: 0, repetition_penalty: 2 };
    expect(sampleToken(logits, greedy, 0, [0, 0, 2]).token_id).toBe(1);
    expect(sampleToken(logits, greedy, 0, []).token_id).toBe(0);
    const total = Math.exp(1) + Math.exp(1.5) + Math.exp(-2);
    const border = (Math.exp(1) + Math.exp(1.5)) / total;
    expect(sampleToken(logits, { ...WHOLE, repetition_penalty: 2 }, border - 1e-6, [0, 2]).token_id).toBe(1);
    expect(sampleToken(logits, { ...WHOLE, repetition_penalty: 2 }, border + 1e-6, [0, 2]).token_id).toBe(2);
  });

  it('reports the undistorted log-probability whatever the distortion', () => {
    const { token_id, logprob } = sampleToken(LOGITS, { temperature: 3, top_p: 0.99, top_k: 3 }, 0.999);
    expect(token_id).toBe(2);
    expect(logprob).toBeCloseTo(Math.log(0.2), 6);
  });

  it('marks logits that are not numbers', () => {
    expect(sampleToken(Float32Array.of(1, Number.NaN), WHOLE, 0).token_id).toBe(-1);
    expect(sampleToken(Float32Array.of(1, Number.POSITIVE_INFINITY), WHOLE, 0).token_id).toBe(-1);
  });
});
