const SIZE = 624;
const SHIFT = 397;

/** Python's `random.Random(seed)`: the Mersenne Twister MT19937, seeded by `init_by_array` with the 32-bit words of the seed. */
export type PyRandom = {
  /** Uniform in [0, 1) with 53 bits. */
  random(): number;
  /** Python `uniform(low, high)`. */
  uniform(low: number, high: number): number;
  /** Integer in [low, high], drawn by rejection of `getrandbits` as Python does. */
  randint(low: bigint, high: bigint): bigint;
};

/** Words of the seed, least significant first; the sign does not count. */
function seedWords(seed: bigint): number[] {
  const words: number[] = [];
  for (let rest = seed < 0n ? -seed : seed; rest > 0n; rest >>= 32n) words.push(Number(rest & 0xffffffffn));
  return words.length > 0 ? words : [0];
}

function initialState(words: readonly number[]): Uint32Array {
  const state = new Uint32Array(SIZE);
  state[0] = 19650218;
  for (let i = 1; i < SIZE; i++) {
    const last = state[i - 1]! ^ (state[i - 1]! >>> 30);
    state[i] = Math.imul(1812433253, last) + i;
  }
  let i = 1;
  let j = 0;
  const advance = () => {
    i++;
    if (i >= SIZE) {
      state[0] = state[SIZE - 1]!;
      i = 1;
    }
  };
  for (let k = Math.max(SIZE, words.length); k > 0; k--) {
    const last = state[i - 1]! ^ (state[i - 1]! >>> 30);
    state[i] = (state[i]! ^ Math.imul(last, 1664525)) + words[j]! + j;
    j = (j + 1) % words.length;
    advance();
  }
  for (let k = SIZE - 1; k > 0; k--) {
    const last = state[i - 1]! ^ (state[i - 1]! >>> 30);
    state[i] = (state[i]! ^ Math.imul(last, 1566083941)) - i;
    advance();
  }
  state[0] = 0x80000000;
  return state;
}

function refill(state: Uint32Array): void {
  for (let i = 0; i < SIZE; i++) {
    const bits = (state[i]! & 0x80000000) | (state[(i + 1) % SIZE]! & 0x7fffffff);
    state[i] = state[(i + SHIFT) % SIZE]! ^ (bits >>> 1) ^ (bits & 1 ? 0x9908b0df : 0);
  }
}

/** The stream of a seed. The state is built on the first draw: most simulated APIs that own a stream never use it. */
export function createPyRandom(seed: bigint): PyRandom {
  let state: Uint32Array | undefined;
  let next = SIZE;
  const word = (): number => {
    state ??= initialState(seedWords(seed));
    if (next >= SIZE) {
      refill(state);
      next = 0;
    }
    let bits = state[next++]!;
    bits ^= bits >>> 11;
    bits ^= (bits << 7) & 0x9d2c5680;
    bits ^= (bits << 15) & 0xefc60000;
    return (bits ^ (bits >>> 18)) >>> 0;
  };
  const randomBits = (count: number): bigint => {
    let bits = 0n;
    for (let filled = 0; filled < count; filled += 32) {
      const missing = count - filled;
      const drawn = missing < 32 ? word() >>> (32 - missing) : word();
      bits |= BigInt(drawn) << BigInt(filled);
    }
    return bits;
  };
  const random = (): number => {
    const high = word() >>> 5;
    const low = word() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  };
  return {
    random,
    uniform: (low, high) => low + (high - low) * random(),
    randint: (low, high) => {
      const width = high - low + 1n;
      const count = width.toString(2).length;
      let drawn = randomBits(count);
      while (drawn >= width) drawn = randomBits(count);
      return low + drawn;
    },
  };
}
