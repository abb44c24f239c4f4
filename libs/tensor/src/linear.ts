import * as tf from '@tensorflow/tfjs';
import { differentiable } from './differentiable.ts';
import { hasKernel, runFused } from './fused-kernel.ts';
import { matMulNT, matMulTN } from './matmul.ts';

/** x [N,K], weight [O,K] (Hugging Face layout), bias [O] -> x weight^T + bias [N,O]. */
export function linear(x: tf.Tensor2D, weight: tf.Tensor2D, bias?: tf.Tensor1D): tf.Tensor2D {
  const fused = hasKernel('Linear');
  const inputs = bias === undefined ? { x, weight } : { x, weight, bias };
  return differentiable<tf.Tensor2D, 'x' | 'weight' | 'bias'>({
    inputs,
    save: ['x', 'weight'],
    forward: () => {
      if (fused) return runFused('Linear', inputs, {})[0]!;
      const product = matMulNT(x, weight);
      return bias === undefined ? product : tf.add(product, bias);
    },
    gradients: (dy2, saved, needs) => {
      const dy = dy2 as tf.Tensor2D;
      const [sx, sweight] = saved as [tf.Tensor2D, tf.Tensor2D];
      const [needs_x, needs_weight, needs_bias] = [needs('x'), needs('weight'), needs('bias')];
      if (!fused) {
        return {
          x: needs_x ? tf.matMul(dy, sweight) : undefined,
          weight: needs_weight ? matMulTN(dy, sx) : undefined,
          bias: needs_bias ? tf.sum(dy, 0) : undefined,
        };
      }
      const outputs = runFused('LinearGrad', { x: sx, weight: sweight, dy }, { needs_x, needs_weight, needs_bias });
      return {
        x: needs_x ? outputs.shift() : undefined,
        weight: needs_weight ? outputs.shift() : undefined,
        bias: needs_bias ? outputs.shift() : undefined,
      };
    },
  });
}
