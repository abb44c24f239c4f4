import { wilsonInterval } from './wilson-interval.ts';

describe('wilsonInterval', () => {
  it('agrees with hand-computed values', () => {
    // 5 of 10: centre 0.5, half = 1.96/(1+.38415) * sqrt(.025+.0096036) = 0.26340
    const half = wilsonInterval({ correct: 5, total: 10 })!;
    expect(half.low).toBeCloseTo(0.2366, 4);
    expect(half.high).toBeCloseTo(0.7634, 4);
    // 0 of 10: high = z2/n / (1 + z2/n) = 0.38415 / 1.38415
    const none = wilsonInterval({ correct: 0, total: 10 })!;
    expect(none.low).toBe(0);
    expect(none.high).toBeCloseTo(0.2775, 4);
  });

  it('has no interval without cases', () => {
    expect(wilsonInterval({ correct: 0, total: 0 })).toBeNull();
  });
});
