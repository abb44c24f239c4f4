import { scoreTokens } from '@itool/generation';
import type { Model } from '@itool/nn';
import { median } from './median.ts';

/** Median seconds of scoring every token of the rows, after a pass that is not timed. */
export async function measureScoring(
  model: Model,
  rows: readonly (readonly number[])[],
  steps: number,
): Promise<number> {
  const targets = rows.map((ids) => ({ ids, target_start: 1 }));
  const seconds: number[] = [];
  for (let step = 0; step <= steps; step++) {
    const start = performance.now();
    await scoreTokens(model, targets);
    if (step > 0) seconds.push((performance.now() - start) / 1000);
  }
  return median(seconds);
}
