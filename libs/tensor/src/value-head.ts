import * as tf from '@tensorflow/tfjs';
import { linear } from './linear.ts';

/** One number per hidden state, for value functions: hidden [N,D], weight [D], bias [1] -> hidden . weight + bias, [N]. */
export function valueHead(hidden: tf.Tensor2D, weight: tf.Tensor1D, bias: tf.Tensor1D): tf.Tensor1D {
  return tf.tidy(() => {
    const row: tf.Tensor2D = tf.reshape(weight, [1, weight.size]);
    return tf.reshape<tf.Rank.R1>(linear(hidden, row, bias), [hidden.shape[0]]);
  });
}
