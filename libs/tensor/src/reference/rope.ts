import type { ReferenceResult } from './reference-result.ts';

/** Definition: kernels.ts, Rope. x [N,heads,2*frequencies.length]. */
export function referenceRope(
  x: Float64Array,
  positions: ArrayLike<number>,
  heads: number,
  frequencies: number[],
): ReferenceResult<'x'> {
  const half = frequencies.length;
  const rotate = (values: Float64Array, sign: number) => {
    const out = new Float64Array(values.length);
    for (let n = 0; n < positions.length; n++) {
      for (let h = 0; h < heads; h++) {
        const at = (n * heads + h) * 2 * half;
        for (let j = 0; j < half; j++) {
          const angle = sign * positions[n]! * frequencies[j]!;
          const [a, b] = [values[at + j]!, values[at + half + j]!];
          out[at + j] = a * Math.cos(angle) - b * Math.sin(angle);
          out[at + half + j] = b * Math.cos(angle) + a * Math.sin(angle);
        }
      }
    }
    return out;
  };
  return { out: rotate(x, 1), gradients: (dy) => ({ x: rotate(dy, -1) }) };
}
