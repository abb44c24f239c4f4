import { tf } from '@itool/tensor';

/**
 * Sum of each sequence's values: values [M], cu_seqlens [B+1] with last entry M -> [B]; an empty sequence sums to 0. A product with a
 * constant [B,M] selection, since that has a fast gradient on every backend; sized for micro-batches (B x M floats), not whole epochs.
 */
export function sequenceSums(values: tf.Tensor1D, cuSeqlens: readonly number[]): tf.Tensor1D {
  const sequences = cuSeqlens.length - 1;
  const total = values.shape[0];
  const selection = new Float32Array(sequences * total);
  for (let b = 0; b < sequences; b++) selection.fill(1, b * total + cuSeqlens[b]!, b * total + cuSeqlens[b + 1]!);
  return tf.tidy(() => {
    const product = tf.matMul(tf.tensor2d(selection, [sequences, total]), tf.reshape(values, [total, 1]));
    return tf.reshape(product, [sequences]);
  });
}
