import { niceTicks, tickDecimals } from './axis.ts';

const near = (ticks: number[], expected: number[]): void => {
  expect(ticks).toHaveLength(expected.length);
  for (const [i, tick] of ticks.entries()) expect(tick).toBeCloseTo(expected[i]!, 9);
};

describe('niceTicks', () => {
  it('covers the range in round steps', () => {
    near(niceTicks(0, 1, 4), [0, 0.5, 1]);
    near(niceTicks(0, 100, 5), [0, 20, 40, 60, 80, 100]);
    near(niceTicks(-0.3, 0.7, 5), [-0.4, -0.2, 0, 0.2, 0.4, 0.6, 0.8]);
    near(niceTicks(0, 3.2, 4), [0, 1, 2, 3, 4]);
  });

  it('has ticks for a range without width', () => {
    expect(niceTicks(0, 0, 4).length).toBeGreaterThan(0);
    expect(niceTicks(5, 5, 4).at(-1)).toBeGreaterThanOrEqual(5);
  });
});

describe('tickDecimals', () => {
  it('shows the step', () => {
    expect(tickDecimals([0, 20])).toBe(0);
    expect(tickDecimals([0, 0.5])).toBe(1);
    expect(tickDecimals([0, 0.02])).toBe(2);
  });
});
