import * as tf from '@tensorflow/tfjs';

// The wasm backend multiplies with a transposed operand 13 times slower than without (it bypasses XNNPACK), so it transposes first;
// the cpu backend reads a transposed operand by strides at no cost.
function transposesFirst(): boolean {
  return tf.getBackend() === 'wasm';
}

/** a b^T over the last two axes; equal leading axes. */
export function matMulNT<T extends tf.Tensor>(a: T, b: T): T {
  if (!transposesFirst()) return tf.matMul(a, b, false, true);
  return tf.tidy(() => tf.matMul(a, swapLastAxes(b)));
}

/** a^T b over the last two axes; equal leading axes. */
export function matMulTN<T extends tf.Tensor>(a: T, b: T): T {
  if (!transposesFirst()) return tf.matMul(a, b, true, false);
  return tf.tidy(() => tf.matMul(swapLastAxes(a), b));
}

function swapLastAxes<T extends tf.Tensor>(x: T): T {
  return tf.transpose(x, x.rank === 3 ? [0, 2, 1] : [1, 0]);
}
