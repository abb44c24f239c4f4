import type { ReferenceResult } from './reference-result.ts';

/** Definition: kernels.ts, Embed. ids [N], table [V,width]. */
export function referenceEmbed(ids: ArrayLike<number>, table: Float64Array, width: number): ReferenceResult<'table'> {
  const out = new Float64Array(ids.length * width);
  for (let n = 0; n < ids.length; n++) out.set(table.subarray(ids[n]! * width, (ids[n]! + 1) * width), n * width);
  return {
    out,
    gradients: (dy) => {
      const dtable = new Float64Array(table.length);
      for (let n = 0; n < ids.length; n++) {
        for (let d = 0; d < width; d++) dtable[ids[n]! * width + d]! += dy[n * width + d]!;
      }
      return { table: dtable };
    },
  };
}
