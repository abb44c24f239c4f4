import type * as tf from '@tensorflow/tfjs';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { KvArena, KvArenaShape, NativeBackendObject } from '../kernels.ts';
import type { NativeAddon } from './addon.ts';
import { createArrayMemory, type Lease } from './array-memory.ts';
import { createNativeKvArena } from './native-kv-arena.ts';

const IDLE_CAPACITY = 1 << 30;

type Record = ReturnType<MathBackendCPU['data']['get']> & { lease?: Lease };

/** A new tensor of the backend and its memory, which the caller fills. */
export interface Output {
  info: tf.TensorInfo;
  values: Float32Array;
}

/**
 * The cpu backend with memory of its own. tfjs asks for a class here; nothing else extends it.
 *
 * Arrays of disposed tensors are used again, so nobody may keep one: what comes in (write) and what goes out (read) is copied, and a
 * tensor that is handed to a kernel of the cpu backend is left to the garbage collector, because those kernels may return views of their
 * inputs (Slice does).
 */
export class NativeBackend extends MathBackendCPU implements NativeBackendObject {
  readonly addon: NativeAddon;
  private readonly threads: number;
  private readonly memoryPool: ReturnType<typeof createArrayMemory>;

  constructor(addon: NativeAddon, threads: number) {
    super();
    this.addon = addon;
    this.threads = threads;
    this.memoryPool = createArrayMemory((x) => addon.misalignment(x), IDLE_CAPACITY);
    // MathBackendCPU recommends another package on its first write.
    (this as unknown as { firstUse: boolean }).firstUse = false;
  }

  /** A float32 tensor with undefined contents. */
  output(shape: number[]): Output {
    let size = 1;
    for (const dimension of shape) size *= dimension;
    const lease = this.memoryPool.lease(size);
    const dataId = super.write(lease.values, shape, 'float32');
    (this.data.get(dataId) as Record).lease = lease;
    return { info: { dataId, shape, dtype: 'float32' }, values: lease.values };
  }

  /** The memory of a float32 tensor, valid while the tensor lives. */
  floats(tensor: tf.TensorInfo): Float32Array {
    return this.data.get(tensor.dataId).values as Float32Array;
  }

  ints(tensor: tf.TensorInfo): Int32Array {
    return this.data.get(tensor.dataId).values as Int32Array;
  }

  /** Ends the reuse of this tensor's memory: someone may hold a view of it. */
  escape(tensor: tf.TensorInfo): void {
    if (this.data.has(tensor.dataId)) delete (this.data.get(tensor.dataId) as Record).lease;
  }

  override write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): object {
    if (dtype === 'float32' && values instanceof Float32Array) {
      const out = this.output(shape);
      out.values.set(values);
      return out.info.dataId;
    }
    return super.write(ArrayBuffer.isView(values) ? values.slice() : values, shape, dtype);
  }

  /** Kernels of the cpu backend hand over arrays they have just made: kept as they are. */
  override makeTensorInfo(
    shape: number[],
    dtype: tf.DataType,
    values?: tf.backend_util.BackendValues | string[],
  ): tf.TensorInfo {
    if (dtype === 'string') return super.makeTensorInfo(shape, dtype, values);
    return { dataId: super.write(values as tf.backend_util.BackendValues, shape, dtype), shape, dtype };
  }

  override readSync(dataId: object): tf.backend_util.BackendValues {
    const values = super.readSync(dataId);
    return ArrayBuffer.isView(values) ? values.slice() : values;
  }

  override disposeData(dataId: object, force = false): boolean {
    const lease = this.data.has(dataId) ? (this.data.get(dataId) as Record).lease : undefined;
    const gone = super.disposeData(dataId, force);
    if (gone) lease?.release();
    return gone;
  }

  createKvArena(shape: KvArenaShape): KvArena {
    return createNativeKvArena(this, shape);
  }

  fingerprint(): { isa: string; threads: number } {
    return { isa: this.addon.isa, threads: this.threads };
  }
}
