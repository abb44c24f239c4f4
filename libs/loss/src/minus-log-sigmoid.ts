import { tf } from '@itool/tensor';

/** -log sigma(x) = softplus(-x), without overflow. (tf.logSigmoid reads its input in the gradient without saving it.) */
export function minusLogSigmoid(x: tf.Tensor1D): tf.Tensor1D {
  return tf.softplus(tf.neg(x));
}
