import * as tf from '@tensorflow/tfjs';
import type { NativeBackendObject, WeightStorage } from './kernels.ts';
import { nf4Dequantised, nf4Quantised } from './nf4.ts';

/**
 * A frozen matrix in fewer bits: one stored copy serves the forward and the gradient by the other input (embed, linear, loraLinear,
 * tokenLogProbs). To the caller it is a float32 tensor with the rounded values; asking for its own gradient is an error on the native
 * backend. Backends without storage of their own hold the rounded values as float32, so results agree but memory is not saved.
 *
 * @param values [rows*columns], row-major
 */
export function frozenWeight(
  values: Float32Array,
  shape: [rows: number, columns: number],
  storage: WeightStorage,
): tf.Tensor2D {
  const backend = tf.backend() as Partial<NativeBackendObject>;
  if (storage !== 'fp32' && backend.stored !== undefined) {
    return tf.engine().makeTensorFromTensorInfo(backend.stored(values, shape, storage), tf.backend()) as tf.Tensor2D;
  }
  return tf.tensor2d(storedValues(values, storage), shape);
}

/** The float32 values that a storage makes of `values`. */
export function storedValues(values: Float32Array, storage: WeightStorage): Float32Array {
  if (storage === 'fp32') return values.slice();
  return storage === 'bf16' ? bf16Values(values) : nf4Dequantised(nf4Quantised(values));
}

/** Rounds to bf16, to nearest, ties to even. NaN stays NaN. */
function bf16Values(values: Float32Array): Float32Array {
  const rounded = new Float32Array(values.length);
  const [from, to] = [
    new Uint32Array(values.buffer, values.byteOffset, values.length),
    new Uint32Array(rounded.buffer),
  ];
  for (let i = 0; i < from.length; i++) {
    const bits = from[i]!;
    const notANumber = (bits & 0x7fffffff) > 0x7f800000;
    to[i] = (notANumber ? bits | 0x400000 : bits + 0x7fff + ((bits >>> 16) & 1)) & 0xffff0000;
  }
  return rounded;
}
