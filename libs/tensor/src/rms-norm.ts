import * as tf from '@tensorflow/tfjs';
import { differentiable } from './differentiable.ts';
import { hasKernel, runFused } from './fused-kernel.ts';

/** Root mean square normalisation of rows: x [N,D], weight [D] -> x / sqrt(mean(x^2) + eps) * weight. */
export function rmsNorm(x: tf.Tensor2D, weight: tf.Tensor1D, eps: number): tf.Tensor2D {
  const fused = hasKernel('RmsNorm');
  return differentiable<tf.Tensor2D, 'x' | 'weight'>({
    inputs: { x, weight },
    save: ['x', 'weight'],
    forward: () =>
      fused ? runFused('RmsNorm', { x, weight }, { eps })[0]! : tf.mul(tf.mul(x, inverseRms(x, eps)), weight),
    gradients: (dy, saved, needs) => {
      const inputs = { x: saved[0] as tf.Tensor2D, weight: saved[1] as tf.Tensor1D, dy: dy as tf.Tensor2D };
      const [needs_x, needs_weight] = [needs('x'), needs('weight')];
      if (!fused) return compositeGradients(inputs, eps, needs_x, needs_weight);
      const outputs = runFused('RmsNormGrad', inputs, { eps, needs_x, needs_weight });
      return { x: needs_x ? outputs.shift() : undefined, weight: needs_weight ? outputs.shift() : undefined };
    },
  });
}

function inverseRms(x: tf.Tensor2D, eps: number): tf.Tensor {
  return tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), eps));
}

function compositeGradients(
  { x, weight, dy }: { x: tf.Tensor2D; weight: tf.Tensor1D; dy: tf.Tensor2D },
  eps: number,
  needsX: boolean,
  needsWeight: boolean,
): { x?: tf.Tensor; weight?: tf.Tensor } {
  const rstd = inverseRms(x, eps);
  const normalised = tf.mul(x, rstd);
  const gradients: { x?: tf.Tensor; weight?: tf.Tensor } = {};
  if (needsX) {
    const weighted = tf.mul(dy, weight);
    const projection = tf.mean(tf.mul(weighted, normalised), -1, true);
    gradients.x = tf.mul(rstd, tf.sub(weighted, tf.mul(normalised, projection)));
  }
  if (needsWeight) gradients.weight = tf.sum(tf.mul(dy, normalised), 0);
  return gradients;
}
