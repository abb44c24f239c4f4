import type { LoraAdapter, WeightTensor } from '@itool/checkpoint';
import type { LlamaConfig } from '@itool/nn';
import { initLora, weightShapes } from '@itool/nn';
import { randomStream } from '@itool/random';

/** Rank and scale of the peer's adapter. */
export const LORA = { r: 16, lora_alpha: 32 } as const;

/**
 * Random weights of transformers' deviation (0.02; norms 1). Each tensor is made when it is read and not kept, so that a model is not in
 * memory twice. Uniform numbers: the time does not depend on the distribution, and normal ones take longer than the measurement.
 */
export function benchWeights(config: LlamaConfig): Record<string, WeightTensor> {
  return Object.fromEntries(
    Object.entries(weightShapes(config)).map(([name, shape], i) => [
      name,
      {
        shape,
        get data(): Float32Array {
          const size = shape.reduce((product, extent) => product * extent, 1);
          if (name.endsWith('norm.weight')) return new Float32Array(size).fill(1);
          return uniformNumbers(size, 0.02 * Math.sqrt(3), i);
        },
      },
    ]),
  );
}

export function benchAdapter(config: LlamaConfig): LoraAdapter {
  return initLora(config, LORA, randomStream(0, 'bench', 'adapter'));
}

/** `rows` sequences of `length` random token ids. */
export function benchIds(rows: number, length: number, vocab: number, ...names: (string | number)[]): number[][] {
  const stream = randomStream(0, 'bench', 'ids', ...names);
  return Array.from({ length: rows }, () => Array.from({ length }, () => stream.integer(vocab)));
}

function uniformNumbers(size: number, bound: number, seed: number): Float32Array {
  const numbers = new Float32Array(size);
  let state = randomStream(0, 'bench', 'weights', seed).uint32() | 1;
  for (let i = 0; i < size; i++) {
    // xorshift32 (Marsaglia 2003)
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    numbers[i] = (state / 2147483648) * bound;
  }
  return numbers;
}
