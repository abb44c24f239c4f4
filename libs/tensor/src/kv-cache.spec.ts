import * as tf from '@tensorflow/tfjs';
import { attention } from './attention.ts';
import { createKvCache } from './kv-cache.ts';
import { registerNativeBackend } from './native/register-native-backend.ts';
import { smoothValues } from './reference/operation-cases.ts';
import { type BackendName, useBackend } from './use-backend.ts';

const backends: BackendName[] = registerNativeBackend().ok ? ['cpu', 'wasm', 'native'] : ['cpu', 'wasm'];
const [heads, kvHeads, headDim, pageSize] = [4, 2, 8, 16];
const shape = { layers: 2, kv_heads: kvHeads, head_dim: headDim, pages: 8, page_size: pageSize };

const tokens = (count: number, perToken: number, seed: number) =>
  tf.tensor3d(smoothValues(count * perToken * headDim, seed), [count, perToken, headDim]);

describe.each(backends)('KvCache on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  it('attends through the page table as attention does over the whole sequence', () => {
    const length = 37;
    const [q, k, v] = [tokens(length, heads, 1), tokens(length, kvHeads, 2), tokens(length, kvHeads, 3)];
    const page_table = Int32Array.from([6, 1, 3]);
    const cache = createKvCache(shape);
    const slots = Int32Array.from(
      { length },
      (_, t) => page_table[Math.floor(t / pageSize)]! * pageSize + (t % pageSize),
    );
    cache.write(1, k, v, slots);
    const out = cache.attend(1, q, {
      page_table,
      max_pages: 3,
      sequence: new Int32Array(length),
      length: Int32Array.from({ length }, (_, t) => t + 1),
      scale: 0.3,
    });
    const whole = attention(q, k, v, { cu_seqlens: [0, length], scale: 0.3 });
    expect(tf.max(tf.abs(tf.sub(out, whole))).dataSync()[0]).toBeLessThan(2e-6);
    cache.dispose();
  });

  it('gives a row the same bits alone and among rows of other sequences, and follows copied pages', () => {
    const cache = createKvCache(shape);
    const slots = Int32Array.from({ length: 40 }, (_, t) => t);
    cache.write(0, tokens(40, kvHeads, 5), tokens(40, kvHeads, 6), slots);
    cache.copyPage(1, 7);
    cache.write(0, tokens(16, kvHeads, 8), tokens(16, kvHeads, 9), slots.subarray(16, 32));
    const q = tokens(3, heads, 7);
    const plan = {
      page_table: Int32Array.from([0, 1, 0, 7, 2, 0]),
      max_pages: 2,
      sequence: Int32Array.from([1, 0, 2]),
      length: Int32Array.from([20, 20, 5]),
      scale: 0.5,
    };
    const batch = tf.split(cache.attend(0, q, plan), 3).map((row) => [...row.dataSync()]);
    for (const i of [0, 1, 2]) {
      const row = tf.slice(q, [i, 0, 0], [1, heads, headDim]);
      const alone = { ...plan, sequence: plan.sequence.slice(i, i + 1), length: plan.length.slice(i, i + 1) };
      expect([...cache.attend(0, row, alone).dataSync()]).toEqual(batch[i]);
    }
    const fresh = createKvCache(shape);
    fresh.write(0, tokens(40, kvHeads, 5), tokens(40, kvHeads, 6), slots);
    const unmoved = fresh.attend(0, q, { ...plan, page_table: Int32Array.from([0, 1, 0, 1, 2, 0]) });
    expect([...tf.slice(unmoved, [0, 0, 0], [1, heads, headDim]).dataSync()]).toEqual(batch[0]);
    expect([...tf.slice(unmoved, [1, 0, 0], [1, heads, headDim]).dataSync()]).not.toEqual(batch[1]);
    cache.dispose();
    fresh.dispose();
  });

  it('refuses slots, pages and lengths outside its memory', () => {
    const cache = createKvCache(shape);
    const one = tokens(1, kvHeads, 1);
    expect(() => cache.write(0, one, one, Int32Array.from([128]))).toThrow(
      'KvCache slot is out of range: 128 (0..127)',
    );
    expect(() => cache.copyPage(0, 8)).toThrow('KvCache page is out of range: 8 (0..7)');
    const plan = { page_table: Int32Array.from([0]), max_pages: 1, sequence: Int32Array.from([0]), scale: 1 };
    const attend = (length: number) =>
      cache.attend(0, tokens(1, heads, 1), { ...plan, length: Int32Array.from([length]) });
    expect(() => attend(0)).toThrow('KvCache length-1 is out of range: -1 (0..15)');
    expect(() => attend(17)).toThrow('KvCache length-1 is out of range: 16 (0..15)');
    cache.dispose();
  });
});
