import { learningRateAt, warmupSteps } from './learning-rate.ts';

describe('learningRateAt', () => {
  const cosine = { lr_scheduler_type: 'cosine', learning_rate: 1e-6, warmup_steps: 7, total_steps: 62 } as const;

  it.each([
    [0, 0],
    [1, 1.428571e-7],
    [7, 1e-6],
    [34, 5.14278e-7],
    [61, 8.1545e-10],
    [62, 0],
    [70, 0],
  ])('cosine after %d updates is %d', (step, rate) => {
    expect(Math.abs(learningRateAt(cosine, step) - rate)).toBeLessThan(5e-15 + 1e-6 * rate);
  });

  it('linear falls by equal amounts', () => {
    const linear = { lr_scheduler_type: 'linear', learning_rate: 1, warmup_steps: 2, total_steps: 6 } as const;
    expect([0, 1, 2, 3, 4, 5, 6].map((step) => learningRateAt(linear, step))).toEqual([0, 0.5, 1, 0.75, 0.5, 0.25, 0]);
  });

  it('starts at the peak without warm-up', () => {
    expect(learningRateAt({ ...cosine, warmup_steps: 0 }, 0)).toBe(1e-6);
  });

  it('rounds the warm-up up', () => {
    expect([62, 60, 1, 0].map((total) => warmupSteps(0.1, total))).toEqual([7, 6, 1, 0]);
  });
});
