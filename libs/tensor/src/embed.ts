import * as tf from '@tensorflow/tfjs';
import { checkIndices } from './check-indices.ts';
import { differentiable } from './differentiable.ts';
import { hasKernel, runFused } from './fused-kernel.ts';

/**
 * Rows of an embedding table: ids int32 [N], table [V,D] -> [N,D]. Gradient for the table (dense, rows summed in token order).
 * @throws if an id is outside 0..V-1
 */
export function embed(ids: tf.Tensor1D, table: tf.Tensor2D): tf.Tensor2D {
  const vocab = table.shape[0];
  const fused = hasKernel('Embed');
  return differentiable<tf.Tensor2D, 'ids' | 'table'>({
    inputs: { ids, table },
    save: ['ids'],
    forward: () => {
      if (fused) return runFused('Embed', { ids, table }, {})[0]!;
      checkIndices('ids', ids, vocab);
      return tf.gather(table, ids);
    },
    gradients: (dy, [saved]) => {
      const rows = { ids: saved as tf.Tensor1D, dy: dy as tf.Tensor2D };
      return {
        table: fused ? runFused('EmbedGrad', rows, { vocab })[0] : tf.unsortedSegmentSum(rows.dy, rows.ids, vocab),
      };
    },
  });
}
