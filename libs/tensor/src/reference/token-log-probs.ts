import { product, transposed } from './matrix-products.ts';
import type { ReferenceResult } from './reference-result.ts';

/** Definition: kernels.ts, TokenLogProbs. hidden [N,width], weight [V,width], targets [N]. */
export function referenceTokenLogProbs(
  hidden: Float64Array,
  weight: Float64Array,
  targets: ArrayLike<number>,
  width: number,
): ReferenceResult<'hidden' | 'weight'> {
  const rows = targets.length;
  const vocab = weight.length / width;
  const logits = product(hidden, transposed(weight, vocab, width), rows, width, vocab);
  const logProbs = new Float64Array(logits.length);
  for (let n = 0; n < rows; n++) {
    const row = logits.subarray(n * vocab, (n + 1) * vocab);
    const peak = row.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
    const total = row.reduce((sum, value) => sum + Math.exp(value - peak), 0);
    for (let v = 0; v < vocab; v++) logProbs[n * vocab + v] = row[v]! - peak - Math.log(total);
  }
  return {
    out: Float64Array.from({ length: rows }, (_, n) => logProbs[n * vocab + targets[n]!]!),
    gradients: (dy) => {
      const g = logProbs.map((value, i) => {
        const n = Math.floor(i / vocab);
        return dy[n]! * ((i % vocab === targets[n] ? 1 : 0) - Math.exp(value));
      });
      return {
        hidden: product(g, weight, rows, vocab, width),
        weight: product(transposed(g, rows, vocab), hidden, vocab, rows, width),
      };
    },
  };
}
