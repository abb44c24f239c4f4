import * as tf from '@tensorflow/tfjs';

/** Sizes of a Llama decoder and of its paged key/value memory. */
export interface DecoderShape {
  hidden: number;
  intermediate: number;
  heads: number;
  kv_heads: number;
  head_dim: number;
  vocab: number;
  eps: number;
  /** of attention scores */
  scale: number;
  /** rotation of head_dim/2 pairs, for positions below max_positions */
  inv_freq: readonly number[];
  max_positions: number;
  pages: number;
  page_size: number;
  /** keep the linear layers and the head as bfloat16: half the bytes to read per step; activations stay float32 */
  narrow: boolean;
}

/** weight [out,in], bias [out] */
export interface DecoderLinear {
  weight: tf.Tensor2D;
  bias?: tf.Tensor1D;
}

export interface DecoderLayerWeights {
  input_norm: tf.Tensor1D;
  post_norm: tf.Tensor1D;
  q: DecoderLinear;
  k: DecoderLinear;
  v: DecoderLinear;
  output: DecoderLinear;
  gate: DecoderLinear;
  up: DecoderLinear;
  down: DecoderLinear;
}

export interface DecoderWeights {
  /** [vocab,hidden] */
  embedding: tf.Tensor2D;
  final_norm: tf.Tensor1D;
  /** [vocab,hidden] */
  head: tf.Tensor2D;
  layers: readonly DecoderLayerWeights[];
}

/** How a token is drawn from the logits of an output row. */
export interface DecoderSample {
  /** index into output_rows */
  output: number;
  /** in [0,1) */
  uniform: number;
  /** 0: the most likely token */
  temperature: number;
  top_p: number;
  /** 0: all tokens */
  top_k: number;
  /** 1: none */
  repetition_penalty: number;
  /** tokens that the penalty is for */
  seen: ArrayLike<number>;
}

/** The next rows of any number of sequences; rows of one sequence lie together, in ascending positions. */
export interface DecoderRows {
  /** [N] */
  ids: Int32Array;
  positions: Int32Array;
  /** [N], where the row's key and value go: page*page_size + offset */
  slots: Int32Array;
  /** [N], an index into the page table */
  sequence: Int32Array;
  /** [B*max_pages] */
  page_table: Int32Array;
  max_pages: number;
  /** rows whose logits are computed */
  output_rows: Int32Array;
}

export interface DecoderResult {
  /** of each sample; -1 where the logits are not finite */
  tokens: Int32Array;
  /** under the undistorted distribution */
  logprobs: Float64Array;
  /** [wanted,vocab] */
  logits: Float32Array;
}

/**
 * A whole decoder in the backend's own memory: a step is one call, and logits that nobody asks for never reach JavaScript. A row gets the
 * same bits as through the operations of this library, whatever else is in the step.
 */
export interface Decoder {
  /** @param wanted indices into output_rows whose logits come back */
  step(rows: DecoderRows, samples: readonly DecoderSample[], wanted: Int32Array): DecoderResult;
  /** Copies all slots of a page, of every layer. */
  copyPage(from: number, to: number): void;
  dispose(): void;
}

/** Methods of a backend object that has a decoder and knows its machine's limit. */
export interface DecodingBackend {
  createDecoder(shape: DecoderShape, weights: DecoderWeights): Decoder;
  /** 1e9 floating-point operations per second of all threads: fused multiply-adds that nothing holds up, the best of a few runs */
  fmaRate(): number;
}

/** The current backend's decoder, which copies the weights it computes with; null when the backend has none. */
export function createDecoder(shape: DecoderShape, weights: DecoderWeights): Decoder | null {
  return (tf.backend() as Partial<DecodingBackend>).createDecoder?.(shape, weights) ?? null;
}

/** The measured peak of the machine with the current backend, see DecodingBackend; null when the backend cannot tell. */
export function fmaRate(): number | null {
  return (tf.backend() as Partial<DecodingBackend>).fmaRate?.() ?? null;
}
