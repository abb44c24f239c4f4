import { product, transposed } from './matrix-products.ts';
import type { ReferenceResult } from './reference-result.ts';

export interface ReferenceLinearShape {
  rows: number;
  inputs: number;
  outputs: number;
}

/** Definition: kernels.ts, Linear. x [rows,inputs], weight [outputs,inputs], bias [outputs] (zeros for none). */
export function referenceLinear(
  x: Float64Array,
  weight: Float64Array,
  bias: Float64Array,
  { rows, inputs, outputs }: ReferenceLinearShape,
): ReferenceResult<'x' | 'weight' | 'bias'> {
  const out = product(x, transposed(weight, outputs, inputs), rows, inputs, outputs).map(
    (value, i) => value + bias[i % outputs]!,
  );
  return {
    out,
    gradients: (dy) => ({
      x: product(dy, weight, rows, outputs, inputs),
      weight: product(transposed(dy, rows, outputs), x, outputs, rows, inputs),
      bias: product(new Float64Array(rows).fill(1), dy, 1, rows, outputs),
    }),
  };
}
