import * as tf from '@tensorflow/tfjs';

/**
 * The parts of the tfjs engine that are private in its types and that the executor and the operations rely on. tfjs is pinned to 4.22.0
 * because of this file; an upgrade has to check engine.js (runKernelFunc, addTapeNode, startTape) and tape.js again.
 */
export interface TapeNode {
  kernelName: string;
  inputs: Record<string, tf.Tensor>;
  outputs: tf.Tensor[];
  saved: tf.Tensor[];
  gradient?: (dys: (tf.Tensor | null)[]) => Record<string, () => tf.Tensor>;
}

interface EngineInternals {
  state: { activeTape: TapeNode[] | null | undefined; gradientDepth: number; kernelDepth: number };
  runKernelFunc(options: {
    forwardFunc: (backend: unknown, save: (tensors: tf.Tensor[]) => void) => tf.Tensor;
    backwardsFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => Record<string, () => tf.Tensor>;
    inputs: Record<string, tf.Tensor>;
    attrs?: Record<string, unknown>;
  }): tf.Tensor;
}

export function engineInternals(): EngineInternals {
  return tf.engine() as unknown as EngineInternals;
}
