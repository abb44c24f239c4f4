/** Memory of one tensor: `values` is the part in use of an aligned block that goes back to the free list with release(). */
export interface Lease {
  values: Float32Array;
  release(): void;
}

export interface ArrayMemory {
  /** Contents are undefined: the caller writes every element. */
  lease(length: number): Lease;
  /** bytes waiting for their next use */
  idle(): number;
}

const ALIGNMENT = 16; // floats; a cache line and the widest vector
const NOTHING = (): void => {};

/**
 * Recycles Float32Arrays. Fresh ones are zeroed by the engine and collected as garbage, a quarter of a training step (specs/compute.md
 * section 3). Blocks come in sizes of four steps per power of two, so that batches of differing token counts share them; small arrays are
 * left to the garbage collector.
 *
 * @param misalignment see NativeAddon.misalignment
 * @param capacity bytes kept for reuse at most
 */
export function createArrayMemory(misalignment: (x: Float32Array) => number, capacity: number): ArrayMemory {
  const free = new Map<number, Float32Array[]>();
  let idleBytes = 0;
  return {
    lease(length) {
      if (length < 1024) return { values: new Float32Array(length), release: NOTHING };
      const size = blockSize(length);
      const block = free.get(size)?.pop();
      if (block !== undefined) idleBytes -= 4 * size;
      const whole = block ?? alignedBlock(size, misalignment);
      let leased = true;
      return {
        values: length === size ? whole : whole.subarray(0, length),
        release() {
          if (!leased) return;
          leased = false;
          if (idleBytes + 4 * size > capacity) return;
          const same = free.get(size);
          if (same === undefined) free.set(size, [whole]);
          else same.push(whole);
          idleBytes += 4 * size;
        },
      };
    },
    idle: () => idleBytes,
  };
}

/** The next of 1, 1.25, 1.5, 1.75 times a power of two. */
function blockSize(length: number): number {
  const quarter = 2 ** (Math.ceil(Math.log2(length)) - 3);
  return Math.ceil(length / quarter) * quarter;
}

function alignedBlock(size: number, misalignment: (x: Float32Array) => number): Float32Array {
  const buffer = new ArrayBuffer(4 * (size + ALIGNMENT));
  const bytes = misalignment(new Float32Array(buffer));
  return new Float32Array(buffer, bytes === 0 ? 0 : 4 * ALIGNMENT - bytes, size);
}
