import type { RandomStream } from '@itool/random';
import { ItoolError } from '@itool/record';

/** One key of `weights` with probability proportional to its weight; keys in insertion order. */
export function pickWeighted<K extends string>(stream: RandomStream, weights: Partial<Record<K, number>>): K {
  const entries = Object.entries(weights) as [K, number][];
  const total = entries.reduce((sum, [, weight]) => sum + weight, 0);
  if (!(total > 0)) {
    throw new ItoolError({
      code: 'bad_config',
      message: `dataset-synthetic: weights have no positive sum: ${JSON.stringify(weights)}`,
      hint: 'Give at least one entry a weight above 0.',
    });
  }
  let left = stream.uniform() * total;
  const positive = entries.filter(([, weight]) => weight > 0);
  for (const [key, weight] of positive) {
    left -= weight;
    if (left < 0) return key;
  }
  return positive[positive.length - 1]![0];
}
