import type { ReferenceResult } from './reference-result.ts';

/** Definition: kernels.ts, SwiGlu. */
export function referenceSwiGlu(gate: Float64Array, up: Float64Array): ReferenceResult<'gate' | 'up'> {
  const sigmoid = gate.map((value) => 1 / (1 + Math.exp(-value)));
  return {
    out: gate.map((value, i) => value * sigmoid[i]! * up[i]!),
    gradients: (dy) => ({
      gate: dy.map((value, i) => value * up[i]! * sigmoid[i]! * (1 + gate[i]! * (1 - sigmoid[i]!))),
      up: dy.map((value, i) => value * gate[i]! * sigmoid[i]!),
    }),
  };
}
