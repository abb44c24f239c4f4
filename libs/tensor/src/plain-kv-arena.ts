import * as tf from '@tensorflow/tfjs';
import type { KvArena, KvArenaShape, KvAttendPlan } from './kernels.ts';

/**
 * Key/value memory in plain typed arrays for backends without one of their own; attention in loops, float64 accumulation, one row at a
 * time, so that no row depends on another. Reads tensors back (dataSync), which is a copy on wasm.
 */
export function plainKvArena(shape: KvArenaShape): KvArena {
  const { layers, kv_heads, head_dim, pages, page_size } = shape;
  const rowSize = kv_heads * head_dim;
  const allocate = () => Array.from({ length: layers }, () => new Float32Array(pages * page_size * rowSize));
  let keys = allocate();
  let values = allocate();
  return {
    write(layer, k, v, slots) {
      const [newKeys, newValues] = [k.dataSync(), v.dataSync()];
      for (let i = 0; i < slots.length; i++) {
        keys[layer]!.set(newKeys.subarray(i * rowSize, (i + 1) * rowSize), slots[i]! * rowSize);
        values[layer]!.set(newValues.subarray(i * rowSize, (i + 1) * rowSize), slots[i]! * rowSize);
      }
    },
    attend(layer, q, plan) {
      const [rows, heads] = q.shape;
      const queries = q.dataSync();
      const out = new Float32Array(queries.length);
      for (let i = 0; i < rows; i++) {
        const slots = slotsOfRow(plan, i, page_size);
        for (let h = 0; h < heads; h++) {
          const at = (i * heads + h) * head_dim;
          const column = Math.floor((h * kv_heads) / heads) * head_dim;
          attendOne(queries, keys[layer]!, values[layer]!, out, {
            at,
            column,
            rowSize,
            headDim: head_dim,
            slots,
            scale: plan.scale,
          });
        }
      }
      return tf.tensor3d(out, q.shape);
    },
    copyPage(from, to) {
      const size = page_size * rowSize;
      for (const memory of [...keys, ...values]) memory.copyWithin(to * size, from * size, (from + 1) * size);
    },
    dispose() {
      keys = [];
      values = [];
    },
  };
}

function slotsOfRow(plan: KvAttendPlan, row: number, pageSize: number): Int32Array {
  const slots = new Int32Array(plan.length[row]!);
  const firstPage = plan.sequence[row]! * plan.max_pages;
  for (let t = 0; t < slots.length; t++) {
    slots[t] = plan.page_table[firstPage + Math.floor(t / pageSize)]! * pageSize + (t % pageSize);
  }
  return slots;
}

interface RowHead {
  at: number;
  column: number;
  rowSize: number;
  headDim: number;
  slots: Int32Array;
  scale: number;
}

function attendOne(
  queries: Float32Array | Int32Array | Uint8Array,
  keys: Float32Array,
  values: Float32Array,
  out: Float32Array,
  { at, column, rowSize, headDim, slots, scale }: RowHead,
): void {
  const weights = new Float64Array(slots.length);
  let peak = Number.NEGATIVE_INFINITY;
  for (let t = 0; t < slots.length; t++) {
    const key = slots[t]! * rowSize + column;
    let dot = 0;
    for (let d = 0; d < headDim; d++) dot += queries[at + d]! * keys[key + d]!;
    weights[t] = dot * scale;
    peak = Math.max(peak, weights[t]!);
  }
  const sums = new Float64Array(headDim);
  let total = 0;
  for (let t = 0; t < slots.length; t++) {
    const weight = Math.exp(weights[t]! - peak);
    const value = slots[t]! * rowSize + column;
    total += weight;
    for (let d = 0; d < headDim; d++) sums[d]! += weight * values[value + d]!;
  }
  for (let d = 0; d < headDim; d++) out[at + d] = sums[d]! / total;
}
