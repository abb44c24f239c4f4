import type { ReferenceResult } from './reference-result.ts';

/** Definition: kernels.ts, RmsNorm. x [N,D], weight [D]. */
export function referenceRmsNorm(x: Float64Array, weight: Float64Array, eps: number): ReferenceResult<'x' | 'weight'> {
  const width = weight.length;
  const rows = x.length / width;
  const out = new Float64Array(x.length);
  const rstd = new Float64Array(rows);
  for (let n = 0; n < rows; n++) {
    let squares = 0;
    for (let d = 0; d < width; d++) squares += x[n * width + d]! * x[n * width + d]!;
    rstd[n] = 1 / Math.sqrt(squares / width + eps);
    for (let d = 0; d < width; d++) out[n * width + d] = x[n * width + d]! * rstd[n]! * weight[d]!;
  }
  return {
    out,
    gradients: (dy) => {
      const dx = new Float64Array(x.length);
      const dweight = new Float64Array(width);
      for (let n = 0; n < rows; n++) {
        const r = rstd[n]!;
        let s = 0;
        for (let d = 0; d < width; d++) {
          const i = n * width + d;
          s += dy[i]! * weight[d]! * x[i]!;
          dweight[d]! += dy[i]! * x[i]! * r;
        }
        for (let d = 0; d < width; d++) {
          const i = n * width + d;
          dx[i] = r * dy[i]! * weight[d]! - (x[i]! * r * r * r * s) / width;
        }
      }
      return { x: dx, weight: dweight };
    },
  };
}
