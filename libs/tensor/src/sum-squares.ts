import * as tf from '@tensorflow/tfjs';
import { hasKernel, runFused } from './fused-kernel.ts';

/** Sum of the squares of all elements, a scalar; for gradient norms, so it has no gradient itself. */
export function sumSquares(x: tf.Tensor): tf.Scalar {
  if (hasKernel('SumSquares')) return runFused('SumSquares', { x }, {})[0] as tf.Scalar;
  return tf.tidy(() => tf.sum(tf.square(x)) as tf.Scalar);
}
