import type { ReferenceResult } from './reference-result.ts';

export interface ReferenceAttentionShape {
  heads: number;
  kvHeads: number;
  headDim: number;
  cu_seqlens: number[];
  scale: number;
}

/** Definition: kernels.ts, Attention. q [N,heads,headDim], k and v [N,kvHeads,headDim]. */
export function referenceAttention(
  q: Float64Array,
  k: Float64Array,
  v: Float64Array,
  shape: ReferenceAttentionShape,
): ReferenceResult<'q' | 'k' | 'v'> {
  const { headDim } = shape;
  const out = new Float64Array(q.length);
  forEachQuery(shape, (row, keyAt, count) => {
    const p = probabilities(q, k, row, keyAt, count, shape);
    for (let t = 0; t < count; t++) {
      for (let d = 0; d < headDim; d++) out[row + d]! += p[t]! * v[keyAt(t) + d]!;
    }
  });
  return {
    out,
    gradients: (dy) => {
      const [dq, dk, dv] = [new Float64Array(q.length), new Float64Array(k.length), new Float64Array(v.length)];
      forEachQuery(shape, (row, keyAt, count) => {
        const p = probabilities(q, k, row, keyAt, count, shape);
        const delta = dot(dy, row, out, row, headDim);
        for (let t = 0; t < count; t++) {
          const at = keyAt(t);
          const ds = p[t]! * (dot(dy, row, v, at, headDim) - delta) * shape.scale;
          for (let d = 0; d < headDim; d++) {
            dq[row + d]! += ds * k[at + d]!;
            dk[at + d]! += ds * q[row + d]!;
            dv[at + d]! += p[t]! * dy[row + d]!;
          }
        }
      });
      return { q: dq, k: dk, v: dv };
    },
  };
}

/** Visits each query row and head: the row's offset, the offset of its t-th visible key, and how many it sees. */
function forEachQuery(
  { heads, kvHeads, headDim, cu_seqlens }: ReferenceAttentionShape,
  visit: (row: number, keyAt: (t: number) => number, count: number) => void,
): void {
  for (let b = 0; b + 1 < cu_seqlens.length; b++) {
    const start = cu_seqlens[b]!;
    for (let n = start; n < cu_seqlens[b + 1]!; n++) {
      for (let h = 0; h < heads; h++) {
        const group = Math.floor((h * kvHeads) / heads);
        visit((n * heads + h) * headDim, (t) => ((start + t) * kvHeads + group) * headDim, n - start + 1);
      }
    }
  }
}

function probabilities(
  q: Float64Array,
  k: Float64Array,
  row: number,
  keyAt: (t: number) => number,
  count: number,
  { headDim, scale }: ReferenceAttentionShape,
): number[] {
  const scores = Array.from({ length: count }, (_, t) => scale * dot(q, row, k, keyAt(t), headDim));
  const peak = Math.max(...scores);
  const weights = scores.map((score) => Math.exp(score - peak));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function dot(a: Float64Array, atA: number, b: Float64Array, atB: number, length: number): number {
  let sum = 0;
  for (let d = 0; d < length; d++) sum += a[atA + d]! * b[atB + d]!;
  return sum;
}
