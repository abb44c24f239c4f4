import * as tf from '@tensorflow/tfjs';
import type { FusedKernelName, FusedKernels } from './kernels.ts';

/** Whether the current backend registers this kernel; otherwise the caller runs its composite. */
export function hasKernel(name: FusedKernelName): boolean {
  return tf.getKernel(name, tf.getBackend()) != null;
}

/** Runs a fused kernel with the inputs and attributes that kernels.ts prescribes; always a list, in the order written there. */
export function runFused<K extends FusedKernelName>(
  name: K,
  inputs: FusedKernels[K]['inputs'],
  attrs: FusedKernels[K]['attrs'],
): tf.Tensor[] {
  const outputs: unknown = tf
    .engine()
    .runKernel(name, inputs as unknown as tf.NamedTensorMap, attrs as unknown as tf.NamedAttrMap);
  return Array.isArray(outputs) ? (outputs as tf.Tensor[]) : [outputs as tf.Tensor];
}
