import { ItoolError } from '@itool/record';
import * as tf from '@tensorflow/tfjs';
import type { KvArena, KvArenaShape, NativeBackendObject } from './kernels.ts';
import { plainKvArena } from './plain-kv-arena.ts';

/** Paged key/value cache of a decoder; who owns which page is the caller's business. */
export type KvCache = KvArena;

/**
 * Allocates a cache in the current backend's own memory if it offers that (a native arena), else in plain arrays. All sizes in
 * elements: pages*page_size slots per layer, each kv_heads*head_dim floats for keys and as many for values. Free it with dispose().
 * Every call is checked for slots, pages and lengths outside the memory.
 */
export function createKvCache(shape: KvArenaShape): KvCache {
  const backend = tf.backend() as Partial<NativeBackendObject>;
  const arena = backend.createKvArena === undefined ? plainKvArena(shape) : backend.createKvArena(shape);
  const { layers, pages, page_size } = shape;
  return {
    write(layer, k, v, slots) {
      within('layer', [layer], layers);
      within('slot', slots, pages * page_size);
      sameRows('slots', slots.length, k.shape[0]);
      sameRows('v', v.shape[0], k.shape[0]);
      arena.write(layer, k, v, slots);
    },
    attend(layer, q, plan) {
      within('layer', [layer], layers);
      within('page', plan.page_table, pages);
      within('sequence', plan.sequence, plan.page_table.length / plan.max_pages);
      within(
        'length-1',
        plan.length.map((length) => length - 1),
        plan.max_pages * page_size,
      );
      sameRows('sequence', plan.sequence.length, q.shape[0]);
      sameRows('length', plan.length.length, q.shape[0]);
      return arena.attend(layer, q, plan);
    },
    copyPage(from, to) {
      within('page', [from, to], pages);
      arena.copyPage(from, to);
    },
    dispose: () => arena.dispose(),
  };
}

function within(what: string, values: ArrayLike<number>, size: number): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!(value >= 0 && value < size)) {
      throw new ItoolError({
        code: 'internal',
        message: `tensor: KvCache ${what} is out of range: ${value} (0..${size - 1})`,
      });
    }
  }
}

function sameRows(what: string, found: number, rows: number): void {
  if (found !== rows) {
    throw new ItoolError({
      code: 'internal',
      message: `tensor: KvCache ${what} has the wrong number of rows: ${found} (${rows})`,
    });
  }
}
