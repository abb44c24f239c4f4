import * as tf from '@tensorflow/tfjs';
import type { KvArena, KvArenaShape } from '../kernels.ts';
import type { Block, NativeAddon } from './addon.ts';

const BLOCK = 16; // slots that lie together, KV_BLOCK of native/src/kernels.h

/** What the arena needs of its backend. */
interface ArenaBackend extends tf.KernelBackend {
  readonly addon: NativeAddon;
  output(shape: number[]): { info: tf.TensorInfo; block: Block };
  floats(tensor: tf.TensorInfo): Block;
}

/**
 * Key/value memory in the layout of the native kernels: per layer and block of 16 slots, keys as [head][head_dim][16] and values as
 * [head][16][head_dim]. attend() gives a row the same bits as the Attention kernel gives it.
 * @throws Error when page_size is not a multiple of 16
 */
export function createNativeKvArena(backend: ArenaBackend, shape: KvArenaShape): KvArena {
  const { layers, kv_heads, head_dim, pages, page_size } = shape;
  if (page_size % BLOCK !== 0)
    throw new Error(`native: KvArena: page_size is not a multiple of ${BLOCK}: ${page_size}`);
  const slots = pages * page_size;
  const perPage = page_size * kv_heads * head_dim;
  const size = slots * kv_heads * head_dim;
  const { addon } = backend;
  const memory = () => addon.allocate(size);
  const stored = Array.from({ length: layers }, () => ({ keys: memory(), values: memory() }));
  const layerAt = (layer: number) => {
    const found = stored[layer];
    if (found === undefined) throw new Error(`native: KvArena: no such layer: ${layer} (0..${stored.length - 1})`);
    return found;
  };
  return {
    write(layer, k, v, slotOf) {
      const { keys, values } = layerAt(layer);
      const n = k.shape[0];
      addon.kvWrite(n, kv_heads, head_dim, slots, backend.floats(k), backend.floats(v), slotOf, keys, values);
    },
    attend(layer, q, plan) {
      const { keys, values } = layerAt(layer);
      const [n, queryHeads] = q.shape;
      const sequences = plan.max_pages === 0 ? 0 : plan.page_table.length / plan.max_pages;
      const out = backend.output(q.shape);
      addon.kvAttend(
        n,
        queryHeads,
        kv_heads,
        head_dim,
        pages,
        page_size,
        sequences,
        plan.max_pages,
        backend.floats(q),
        plan.page_table,
        plan.sequence,
        plan.length,
        plan.scale,
        keys,
        values,
        out.block,
      );
      return tf.engine().makeTensorFromTensorInfo(out.info, backend) as tf.Tensor3D;
    },
    copyPage(from, to) {
      for (const { keys, values } of stored) {
        addon.copy(keys, size, from * perPage, keys, size, to * perPage, perPage);
        addon.copy(values, size, from * perPage, values, size, to * perPage, perPage);
      }
    },
    dispose() {
      for (const { keys, values } of stored) {
        addon.release(keys);
        addon.release(values);
      }
      stored.length = 0;
    },
  };
}
