import { philox4x32 } from './philox.ts';
import { seedFrom } from './seed-from.ts';

/** Everything needed to go on with a stream: plain JSON, written into checkpoints. */
export type RandomState = { key: [number, number]; index: number };

/** A named stream of random numbers. Methods draw one or more 32-bit words in order; `state()` can be saved and restored. */
export type RandomStream = {
  /** Next 32-bit word, 0 .. 2^32-1. */
  uint32(): number;
  /** Uniform in [0, 1) with 53 bits (two words). */
  uniform(): number;
  /** Uniform integer in [0, bound) without modulo bias; `bound` in 1 .. 2^32. */
  integer(bound: number): number;
  /** Standard normal by Box-Muller (two uniforms, the second value is not kept). */
  normal(): number;
  /** One element, uniformly. */
  pick<T>(items: readonly T[]): T;
  /** A shuffled copy (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[];
  state(): RandomState;
};

/** Stream named by `names` under `seed`; streams of different names are independent. */
export function randomStream(seed: number, ...names: (string | number)[]): RandomStream {
  return restoreStream({ key: seedFrom(seed, names), index: 0 });
}

/** Stream that goes on where `state` was taken. */
export function restoreStream(state: RandomState): RandomStream {
  const key = state.key;
  let index = state.index;
  let block: [number, number, number, number] | null = null;
  let blockNumber = -1;

  const uint32 = (): number => {
    const wanted = Math.floor(index / 4);
    if (block === null || wanted !== blockNumber) {
      block = philox4x32([wanted >>> 0, Math.floor(wanted / 4294967296) >>> 0, 0, 0], key);
      blockNumber = wanted;
    }
    return block[index++ % 4]!;
  };
  const uniform = (): number => {
    const high = uint32() >>> 5;
    const low = uint32() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  };
  const integer = (bound: number): number => {
    if (!Number.isInteger(bound) || bound < 1 || bound > 4294967296)
      throw new Error(`random: bound out of range: ${bound} (1 .. 4294967296)`);
    const limit = 4294967296 - (4294967296 % bound);
    for (;;) {
      const word = uint32();
      if (word < limit) return word % bound;
    }
  };
  return {
    uint32,
    uniform,
    integer,
    normal: () => {
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      return radius * Math.cos(2 * Math.PI * uniform());
    },
    pick: <T>(items: readonly T[]): T => {
      if (items.length === 0) throw new Error('random: pick from an empty list');
      return items[integer(items.length)]!;
    },
    shuffle: <T>(items: readonly T[]): T[] => {
      const copy = [...items];
      for (let i = copy.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        [copy[i], copy[j]] = [copy[j]!, copy[i]!];
      }
      return copy;
    },
    state: () => ({ key, index }),
  };
}
