import { type ReferenceLinearShape, referenceLinear } from './linear.ts';
import { product, transposed } from './matrix-products.ts';
import type { ReferenceResult } from './reference-result.ts';

/** Definition: kernels.ts, LoraLinear; as a plain linear layer with the merged weight W + scale B A. */
export function referenceLoraLinear(
  tensors: { x: Float64Array; weight: Float64Array; lora_a: Float64Array; lora_b: Float64Array; bias: Float64Array },
  shape: ReferenceLinearShape & { rank: number; scale: number },
): ReferenceResult<'x' | 'lora_a' | 'lora_b'> {
  const { x, weight, lora_a, lora_b, bias } = tensors;
  const { inputs, outputs, rank, scale } = shape;
  const delta = product(lora_b, lora_a, outputs, rank, inputs);
  const merged = referenceLinear(
    x,
    weight.map((value, i) => value + scale * delta[i]!),
    bias,
    shape,
  );
  return {
    out: merged.out,
    gradients: (dy) => {
      const plain = merged.gradients(dy);
      const dmerged = plain.weight.map((value) => scale * value);
      return {
        x: plain.x,
        lora_a: product(transposed(lora_b, outputs, rank), dmerged, rank, outputs, inputs),
        lora_b: product(dmerged, transposed(lora_a, rank, inputs), outputs, inputs, rank),
      };
    },
  };
}
