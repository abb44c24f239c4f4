import { signTest } from './sign-test.ts';

describe('signTest', () => {
  it('agrees with the binomial by hand', () => {
    // 5 to 1: 2 * (1 + 6) / 64
    expect(signTest(5, 1)).toBeCloseTo(0.21875, 10);
    // 10 to 0: 2 / 1024
    expect(signTest(10, 0)).toBeCloseTo(2 / 1024, 10);
  });

  it('is one for an even split and without differences', () => {
    expect(signTest(3, 3)).toBe(1);
    expect(signTest(0, 0)).toBe(1);
  });

  it('does not depend on the order and survives thousands of differences', () => {
    expect(signTest(2, 9)).toBe(signTest(9, 2));
    const p = signTest(2600, 2400);
    expect(p).toBeGreaterThan(0.003);
    expect(p).toBeLessThan(0.008);
  });
});
