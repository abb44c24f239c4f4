import * as tf from '@tensorflow/tfjs';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { Decoder, DecoderShape, DecoderWeights, DecodingBackend } from '../decoder.ts';
import type { KvArena, KvArenaShape, NativeBackendObject, WeightStorage } from '../kernels.ts';
import type { Block, NativeAddon } from './addon.ts';
import { NativeData, SMALL } from './native-data.ts';
import { createNativeDecoder } from './native-decoder.ts';
import { createNativeKvArena } from './native-kv-arena.ts';

// The numbers of enum Storage in native/src/kernels.h.
const STORAGES: readonly WeightStorage[] = ['fp32', 'bf16', 'nf4'];

/** A new tensor of the backend and its memory, which the caller fills. */
export interface Output {
  info: tf.TensorInfo;
  block: Block;
}

/**
 * The cpu backend with float32 tensors in native memory and kernels that run on a command stream: a kernel returns when its command is
 * given, data() waits without blocking, dataSync() blocks. tfjs asks for a class here; nothing else extends it.
 *
 * Memory of a disposed tensor goes to the next one at once, because commands run in order; that of a tensor that is never disposed returns
 * when its DataId is collected. What comes in (write) and what goes out (read) is copied.
 */
export class NativeBackend extends MathBackendCPU implements NativeBackendObject, DecodingBackend {
  readonly addon: NativeAddon;
  private readonly threads: number;
  private readonly collected: FinalizationRegistry<Block>;
  private readonly readBlock = (block: Block, count: number): Float32Array => {
    const values = new Float32Array(count);
    this.addon.readSync(block, count, values);
    return values;
  };

  constructor(addon: NativeAddon, threads: number) {
    super();
    this.addon = addon;
    this.threads = threads;
    this.collected = new FinalizationRegistry((block) => addon.release(block));
    // MathBackendCPU recommends another package on its first write.
    (this as unknown as { firstUse: boolean }).firstUse = false;
  }

  /** A float32 tensor with undefined contents. */
  output(shape: number[]): Output {
    const dataId = {};
    const data = new NativeData('float32', this.readBlock);
    this.give(dataId, data, this.addon.allocate(tf.util.sizeFromShape(shape)), tf.util.sizeFromShape(shape));
    this.data.set(dataId, data as never);
    return { info: { dataId, shape, dtype: 'float32' }, block: data.block };
  }

  /** A float32 tensor whose numbers lie in fewer bits; kernels take it as a frozen weight or table, and reading gives the float32 values. */
  stored(values: Float32Array, shape: number[], storage: WeightStorage): tf.TensorInfo {
    const dataId = {};
    const data = new NativeData('float32', this.readBlock);
    this.give(dataId, data, this.addon.store(STORAGES.indexOf(storage), values.length, values), values.length);
    this.data.set(dataId, data as never);
    return { dataId, shape, dtype: 'float32' };
  }

  private give(dataId: object, data: NativeData, block: Block, count: number): void {
    data.block = block;
    data.count = count;
    this.collected.register(dataId, block, data);
  }

  private dataOf(tensor: tf.TensorInfo): NativeData {
    return this.data.get(tensor.dataId) as unknown as NativeData;
  }

  /** The block of a float32 tensor, valid for the commands given while the tensor lives; moves its values there when they are elsewhere. */
  floats(tensor: tf.TensorInfo): Block {
    const data = this.dataOf(tensor);
    if (data.block === 0) {
      const values = data.values as Float32Array;
      this.give(tensor.dataId, data, this.addon.allocate(values.length), values.length);
      this.addon.write(data.block, values.length, values);
      if (values.length > SMALL) data.forget();
    }
    return data.block;
  }

  /** The same for a tensor that the command writes. */
  written(tensor: tf.TensorInfo): Block {
    const block = this.floats(tensor);
    this.dataOf(tensor).forget();
    return block;
  }

  /** The values of a tensor where JavaScript has them, without waiting. */
  known(tensor: tf.TensorInfo): tf.backend_util.BackendValues | undefined {
    return this.dataOf(tensor).known;
  }

  /** Values of an int32 tensor. */
  ints(tensor: tf.TensorInfo): Int32Array {
    return this.dataOf(tensor).values as Int32Array;
  }

  /** Forgets the copy that a kernel of the cpu backend has read. */
  forgetLarge(tensor: tf.TensorInfo): void {
    const data = this.dataOf(tensor);
    if (data.count > SMALL) data.forget();
  }

  override write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): object {
    if (dtype === 'float32' && values instanceof Float32Array && values.length > SMALL) {
      const { info, block } = this.output(shape);
      this.addon.write(block, values.length, values);
      return info.dataId;
    }
    return this.keep(ArrayBuffer.isView(values) ? values.slice() : values, dtype);
  }

  private keep(values: tf.backend_util.BackendValues, dtype: tf.DataType): object {
    const dataId = {};
    this.data.set(dataId, new NativeData(dtype, this.readBlock, values) as never);
    return dataId;
  }

  override move(
    dataId: object,
    values: tf.backend_util.BackendValues,
    _shape: number[],
    dtype: tf.DataType,
    refCount: number,
  ): void {
    const data = new NativeData(dtype, this.readBlock, ArrayBuffer.isView(values) ? values.slice() : values);
    data.refCount = refCount;
    this.data.set(dataId, data as never);
  }

  /** Kernels of the cpu backend hand over arrays they have just made: kept as they are. */
  override makeTensorInfo(
    shape: number[],
    dtype: tf.DataType,
    values?: tf.backend_util.BackendValues | string[],
  ): tf.TensorInfo {
    if (dtype === 'string') return super.makeTensorInfo(shape, dtype, values);
    return { dataId: this.keep(values as tf.backend_util.BackendValues, dtype), shape, dtype };
  }

  override readSync(dataId: object): tf.backend_util.BackendValues {
    const data = this.data.get(dataId) as unknown as NativeData;
    if (data.dtype === 'complex64' || data.known !== undefined || data.block === 0) {
      const values = super.readSync(dataId);
      return ArrayBuffer.isView(values) ? values.slice() : values;
    }
    return this.readBlock(data.block, data.count);
  }

  override async read(dataId: object): Promise<tf.backend_util.BackendValues> {
    const data = this.data.get(dataId) as unknown as NativeData;
    if (data.dtype === 'complex64' || data.known !== undefined || data.block === 0) return this.readSync(dataId);
    const values = new Float32Array(data.count);
    await this.addon.read(data.block, data.count, values);
    return values;
  }

  override disposeData(dataId: object, force = false): boolean {
    const data = this.data.has(dataId) ? (this.data.get(dataId) as unknown as NativeData) : undefined;
    const gone = super.disposeData(dataId, force);
    if (gone && data !== undefined && data.block !== 0) {
      this.collected.unregister(data);
      this.addon.release(data.block);
    }
    return gone;
  }

  createKvArena(shape: KvArenaShape): KvArena {
    return createNativeKvArena(this, shape);
  }

  createDecoder(shape: DecoderShape, weights: DecoderWeights): Decoder {
    return createNativeDecoder(this, shape, weights);
  }

  fmaRate(): number {
    return Math.max(...Array.from({ length: 5 }, () => this.addon.fmaRate(0.05)));
  }

  fingerprint(): { isa: string; threads: number } {
    return { isa: this.addon.isa, threads: this.threads };
  }
}
