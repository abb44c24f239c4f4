import { loadAddon, type NativeAddon } from './addon.ts';

const loaded = loadAddon();
if (!loaded.ok) console.warn(`native kernels are not covered: ${loaded.reason}`);

/** `describe` where the addon is built, a skipped block elsewhere. */
export const describeNative: typeof describe = loaded.ok ? describe : (describe.skip as typeof describe);

/** The addon; only to be called inside describeNative's tests. */
export function addon(): NativeAddon {
  if (!loaded.ok) throw new Error(loaded.reason);
  return loaded.addon;
}

/** Reproducible numbers of both signs in about [-1, 1], all different. */
export function numbers(size: number, seed: number): Float32Array {
  return Float32Array.from(
    { length: size },
    (_, i) => Math.sin(i * 12.9898 + seed * 78.233) * Math.cos(i * 0.37 + seed),
  );
}

/** Largest difference in units of the largest expected value. */
export function relativeError(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let difference = 0;
  let largest = 1e-30;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(found[i]! - expected[i]!);
    if (!(error <= difference)) difference = error;
    largest = Math.max(largest, Math.abs(expected[i]!));
  }
  return found.length === expected.length ? difference / largest : Number.NaN;
}

/** Compared as bytes: jest's own comparison of large arrays takes seconds. */
export function sameBits(a: Float32Array, b: Float32Array): boolean {
  return Buffer.compare(bytes(a), bytes(b)) === 0;
}

function bytes(x: Float32Array): Buffer {
  return Buffer.from(x.buffer, x.byteOffset, x.byteLength);
}
