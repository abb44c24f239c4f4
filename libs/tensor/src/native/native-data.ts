import type * as tf from '@tensorflow/tfjs';
import type { Block } from './addon.ts';

/** Up to so many numbers also stay with JavaScript: scalars and masks are read back often, and a read waits for the stream. */
export const SMALL = 1024;

/** Reads a whole block. */
export type ReadBlock = (block: Block, count: number) => Float32Array;

/**
 * What the backend knows of a DataId: numbers in a native block, in a typed array of JavaScript, or in both with the same contents.
 * Kernels of the cpu backend use it as their own record: they read `values`, which fetches the block when it has to.
 */
export class NativeData {
  dtype: tf.DataType;
  refCount = 1;
  /** 0: not in native memory */
  block: Block = 0;
  /** numbers in the block */
  count = 0;
  complexTensorInfos?: { real: tf.TensorInfo; imag: tf.TensorInfo };
  private host: tf.backend_util.BackendValues | undefined;
  private readonly readBlock: ReadBlock;

  constructor(dtype: tf.DataType, readBlock: ReadBlock, host?: tf.backend_util.BackendValues) {
    this.dtype = dtype;
    this.readBlock = readBlock;
    this.host = host;
  }

  get values(): tf.backend_util.BackendValues {
    if (this.host === undefined && this.block !== 0) this.host = this.readBlock(this.block, this.count);
    return this.host as tf.backend_util.BackendValues;
  }

  set values(values: tf.backend_util.BackendValues) {
    this.host = values;
  }

  /** The values if JavaScript has them: never waits. */
  get known(): tf.backend_util.BackendValues | undefined {
    return this.host;
  }

  /** Forgets JavaScript's copy of a block. */
  forget(): void {
    if (this.block !== 0) this.host = undefined;
  }
}
