import * as tf from '@tensorflow/tfjs';
import type { Decoder, DecoderLinear, DecoderRows, DecoderSample, DecoderShape, DecoderWeights } from '../decoder.ts';
import type { Block, NativeAddon } from './addon.ts';
import { rotations } from './rotation-tables.ts';

/** What the decoder needs of its backend. */
interface DecoderBackend {
  readonly addon: NativeAddon;
  floats(tensor: tf.TensorInfo): Block;
}

/**
 * Decoder of native/src/decoding.h. Linear layers and head are packed once into memory of their own; embedding and norms stay the model's,
 * which may be disposed meanwhile: their memory is kept by a clone.
 * @throws Error when page_size is not a multiple of 16
 */
export function createNativeDecoder(backend: DecoderBackend, shape: DecoderShape, weights: DecoderWeights): Decoder {
  const { addon } = backend;
  const { hidden, intermediate, heads, kv_heads, head_dim, vocab, pages, page_size, narrow } = shape;
  if (page_size % 16 !== 0) throw new Error(`native: Decoder: page_size is not a multiple of 16: ${page_size}`);
  const owned: Block[] = [];
  const kept: tf.Tensor[] = [];
  const allocate = (count: number): Block => {
    const block = addon.allocate(count);
    owned.push(block);
    return block;
  };
  const keep = (tensor: tf.Tensor): Block => {
    const clone = tf.keep(tf.clone(tensor));
    kept.push(clone);
    return backend.floats(clone);
  };
  const upload = (values: Float32Array): Block => {
    const block = allocate(values.length);
    addon.write(block, values.length, values);
    return block;
  };
  /** Layers that read the same input, below each other: blocks of weights and bias, 0 where there is none. */
  const pack = (k: number, ...linears: DecoderLinear[]): [Block, Block] => {
    const n = linears.reduce((sum, { weight }) => sum + weight.shape[0], 0);
    const weights =
      linears.length === 1
        ? linears[0]!.weight
        : tf.tidy(() =>
            tf.concat(
              linears.map(({ weight }) => weight),
              0,
            ),
          );
    const count = addon.packedNumbers(n, k, narrow);
    const block = allocate(count);
    addon.packWeights(n, k, backend.floats(weights), narrow, count, block, 0);
    if (linears.length > 1) weights.dispose();
    if (linears.every(({ bias }) => bias === undefined)) return [block, 0];
    const biases = new Float32Array(addon.packedNumbers(n, 1, false));
    let at = 0;
    for (const { weight, bias } of linears) {
      if (bias !== undefined) biases.set(bias.dataSync<'float32'>(), at);
      at += weight.shape[0];
    }
    return [block, upload(biases)];
  };
  const dispose = (): void => {
    for (const block of owned.splice(0)) addon.release(block);
    tf.dispose(kept.splice(0));
  };

  const perPage = page_size * kv_heads * head_dim;
  const memory: Block[] = [];
  const handles: Block[] = [];
  try {
    const { cosine, sine } = rotations(shape.inv_freq, shape.max_positions);
    handles.push(keep(weights.embedding), keep(weights.final_norm), ...pack(hidden, { weight: weights.head }));
    handles.push(upload(cosine), upload(sine));
    for (const layer of weights.layers) {
      const kv = [allocate(pages * perPage), allocate(pages * perPage)];
      memory.push(...kv);
      const { q, k, v, output, gate, up, down } = layer;
      handles.push(keep(layer.input_norm), keep(layer.post_norm), ...pack(hidden, q, k, v));
      handles.push(...pack(heads * head_dim, output), ...pack(hidden, gate), ...pack(hidden, up));
      handles.push(...pack(intermediate, down), ...kv);
    }
  } catch (error) {
    dispose();
    throw error;
  }
  const sizes = [weights.layers.length, hidden, intermediate, heads, kv_heads, head_dim, vocab, pages, page_size];
  const shapeOf = Int32Array.from([...sizes, narrow ? 1 : 0, shape.max_positions]);
  const blocks = Float64Array.from(handles);

  return {
    step(rows: DecoderRows, samples: readonly DecoderSample[], wanted: Int32Array) {
      const settings = new Float64Array(5 * samples.length);
      const seenStarts = new Int32Array(samples.length + 1);
      for (const [i, { uniform, temperature, top_p, top_k, repetition_penalty, seen }] of samples.entries()) {
        settings.set([uniform, temperature, top_p, top_k, repetition_penalty], 5 * i);
        seenStarts[i + 1] = seenStarts[i]! + (repetition_penalty === 1 ? 0 : seen.length);
      }
      const seen = new Int32Array(seenStarts[samples.length]!);
      for (const [i, sample] of samples.entries())
        if (sample.repetition_penalty !== 1) seen.set(sample.seen, seenStarts[i]!);
      const tokens = new Int32Array(samples.length);
      const logprobs = new Float64Array(samples.length);
      const logits = new Float32Array(wanted.length * vocab);
      addon.decodeStep(
        shapeOf,
        shape.eps,
        shape.scale,
        blocks,
        rows.ids.length,
        rows.ids,
        rows.positions,
        rows.slots,
        rows.sequence,
        rows.max_pages === 0 ? 0 : rows.page_table.length / rows.max_pages,
        rows.max_pages,
        rows.page_table,
        rows.output_rows.length,
        rows.output_rows,
        samples.length,
        Int32Array.from(samples, ({ output }) => output),
        settings,
        seen.length,
        seen,
        seenStarts,
        wanted.length,
        wanted,
        logits,
        tokens,
        logprobs,
      );
      return { tokens, logprobs, logits };
    },
    copyPage(from, to) {
      const size = pages * perPage;
      for (const block of memory) addon.copy(block, size, from * perPage, block, size, to * perPage, perPage);
    },
    dispose,
  };
}
