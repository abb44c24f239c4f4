import type * as tf from '@tensorflow/tfjs';

/**
 * The fused kernels that a backend may register, as tfjs sees them: `runKernel(name, inputs, attrs)`.
 * A backend that registers a forward kernel must register its gradient kernel too (`Rope` is its own, with `inverse`);
 * every operation tests for the forward kernel alone. Whatever a backend does not register runs as a composite.
 *
 * Rules for all of them
 * - float32, row-major, contiguous; ids, positions and targets are int32 tensors. Accumulate in float32 or better.
 * - N = tokens of all sequences of the batch, concatenated without padding; N may be 1. `cu_seqlens` = [0, len0, len0+len1, ...], B+1
 *   numbers, the last is N; sequences of length 0 are allowed.
 * - Row results depend on that row's data (and for attention its own sequence) only, bit for bit: no reduction is split by thread, by
 *   row block or by batch; one accumulation order per output element. Weight gradients reduce over rows in a fixed order (rows ascending
 *   or fixed blocks of rows, never by thread).
 * - Inputs are never written, except by `AdamW`. Outputs are new buffers.
 * - Optional inputs are absent from the record, never undefined. Booleans and number lists arrive as such in attrs.
 * - Ids and targets outside their range throw an Error that names the kernel, the position and the value.
 * - Gradient kernels return an array of tensors in the order written here, leaving out those whose `needs_*` is false. A gradient that is
 *   not needed (frozen weight) must not be computed. Forward statistics (lse, rstd) are recomputed or kept by the backend.
 */
export interface FusedKernels {
  /** out[n,:] = table[ids[n],:] */
  Embed: { inputs: { ids: tf.Tensor1D; table: tf.Tensor2D }; attrs: NoAttrs; outputs: [out: tf.Tensor2D] };
  /** dtable [vocab,D]: dtable[ids[n],:] += dy[n,:], n ascending; rows without a token are 0. */
  EmbedGrad: {
    inputs: { ids: tf.Tensor1D; dy: tf.Tensor2D };
    attrs: { vocab: number };
    outputs: [dtable: tf.Tensor2D];
  };

  /** rstd[n] = 1/sqrt(mean_d(x[n,d]^2) + eps); out[n,d] = x[n,d] * rstd[n] * weight[d] */
  RmsNorm: { inputs: { x: tf.Tensor2D; weight: tf.Tensor1D }; attrs: { eps: number }; outputs: [out: tf.Tensor2D] };
  /** s[n] = sum_d dy*weight*x; dx = rstd*dy*weight - x*rstd^3*s/D; dweight[d] = sum_n dy[n,d]*x[n,d]*rstd[n] */
  RmsNormGrad: {
    inputs: { x: tf.Tensor2D; weight: tf.Tensor1D; dy: tf.Tensor2D };
    attrs: { eps: number; needs_x: boolean; needs_weight: boolean };
    outputs: [dx?: tf.Tensor2D, dweight?: tf.Tensor1D];
  };

  /**
   * Hugging Face half rotation of x [N,H,hd], half = hd/2, for j < half and angle = positions[n]*inv_freq[j] (float64; cos and sin then
   * rounded to float32): out[j] = x[j]*cos - x[j+half]*sin; out[j+half] = x[j+half]*cos + x[j]*sin. `inverse` negates the angle; that is
   * also the gradient. theta and scaling are already in inv_freq (half numbers), so that every backend rotates by the same angles.
   */
  Rope: {
    inputs: { x: tf.Tensor3D; positions: tf.Tensor1D };
    attrs: { inv_freq: number[]; inverse: boolean };
    outputs: [out: tf.Tensor3D];
  };

  /**
   * q [N,Hq,hd], k and v [N,Hkv,hd]; query head h reads key/value head floor(h*Hkv/Hq). Token i of a sequence sees tokens 0..i of the same
   * sequence: out = softmax(scale * q k^T) v.
   */
  Attention: {
    inputs: { q: tf.Tensor3D; k: tf.Tensor3D; v: tf.Tensor3D };
    attrs: { cu_seqlens: number[]; scale: number };
    outputs: [out: tf.Tensor3D];
  };
  /** out is the forward result; with delta = sum_d dy*out: ds = p*(dy v^T - delta)*scale, dq = ds k, dk = ds^T q, dv = p^T dy. All three, always. */
  AttentionGrad: {
    inputs: { q: tf.Tensor3D; k: tf.Tensor3D; v: tf.Tensor3D; out: tf.Tensor3D; dy: tf.Tensor3D };
    attrs: { cu_seqlens: number[]; scale: number };
    outputs: [dq: tf.Tensor3D, dk: tf.Tensor3D, dv: tf.Tensor3D];
  };

  /** x [N,K], weight [O,K], bias [O]: out = x weight^T + bias */
  Linear: {
    inputs: { x: tf.Tensor2D; weight: tf.Tensor2D; bias?: tf.Tensor1D };
    attrs: NoAttrs;
    outputs: [out: tf.Tensor2D];
  };
  /** dx = dy weight; dweight = dy^T x; dbias = sum_n dy */
  LinearGrad: {
    inputs: { x: tf.Tensor2D; weight: tf.Tensor2D; dy: tf.Tensor2D };
    attrs: { needs_x: boolean; needs_weight: boolean; needs_bias: boolean };
    outputs: [dx?: tf.Tensor2D, dweight?: tf.Tensor2D, dbias?: tf.Tensor1D];
  };

  /** x [N,K], weight [O,K] and bias [O] frozen, lora_a [r,K], lora_b [O,r]: low = scale * x lora_a^T; out = x weight^T + bias + low lora_b^T */
  LoraLinear: {
    inputs: { x: tf.Tensor2D; weight: tf.Tensor2D; lora_a: tf.Tensor2D; lora_b: tf.Tensor2D; bias?: tf.Tensor1D };
    attrs: { scale: number };
    outputs: [out: tf.Tensor2D, low: tf.Tensor2D];
  };
  /** g = scale * dy lora_b [N,r]; dx = dy weight + g lora_a; da = g^T x; db = dy^T low, with low of the forward */
  LoraLinearGrad: {
    inputs: {
      x: tf.Tensor2D;
      weight: tf.Tensor2D;
      lora_a: tf.Tensor2D;
      lora_b: tf.Tensor2D;
      low: tf.Tensor2D;
      dy: tf.Tensor2D;
    };
    attrs: { scale: number; needs_x: boolean; needs_lora: boolean };
    outputs: [dx?: tf.Tensor2D, da?: tf.Tensor2D, db?: tf.Tensor2D];
  };

  /** out = gate * sigmoid(gate) * up, all [N,F] */
  SwiGlu: { inputs: { gate: tf.Tensor2D; up: tf.Tensor2D }; attrs: NoAttrs; outputs: [out: tf.Tensor2D] };
  /** s = sigmoid(gate); dgate = dy*up*s*(1 + gate*(1-s)); dup = dy*gate*s. Both, always. */
  SwiGluGrad: {
    inputs: { gate: tf.Tensor2D; up: tf.Tensor2D; dy: tf.Tensor2D };
    attrs: NoAttrs;
    outputs: [dgate: tf.Tensor2D, dup: tf.Tensor2D];
  };

  /**
   * hidden [N,D], weight [V,D], targets [N] in [0,V): out[n] = logit[n,targets[n]] - logsumexp(logit[n,:]), logit = hidden weight^T, never
   * stored whole. `with_dhidden`: also dhidden[n,:] = weight[targets[n],:] - softmax(logit[n,:]) weight, the derivative of out[n] by hidden[n].
   */
  TokenLogProbs: {
    inputs: { hidden: tf.Tensor2D; weight: tf.Tensor2D; targets: tf.Tensor1D };
    attrs: { with_dhidden: boolean };
    outputs: [out: tf.Tensor1D, dhidden?: tf.Tensor2D];
  };
  /** out[n,:] = x[n,:] * by[n] */
  ScaleRows: { inputs: { x: tf.Tensor2D; by: tf.Tensor1D }; attrs: NoAttrs; outputs: [out: tf.Tensor2D] };
  /** g[n,v] = dy[n]*((v==targets[n]) - softmax(logit)[n,v]); dhidden = g weight; dweight = g^T hidden. Rows with dy 0 (masked tokens) may be skipped: their gradient is exactly 0. */
  TokenLogProbsGrad: {
    inputs: { hidden: tf.Tensor2D; weight: tf.Tensor2D; targets: tf.Tensor1D; dy: tf.Tensor1D };
    attrs: { needs_hidden: boolean; needs_weight: boolean };
    outputs: [dhidden?: tf.Tensor2D, dweight?: tf.Tensor2D];
  };

  /** out = sum of squares of all elements of x (any rank), accumulated in float64 in index order or in fixed blocks, rounded to a float32 scalar. */
  SumSquares: { inputs: { x: tf.Tensor }; attrs: NoAttrs; outputs: [out: tf.Scalar] };
  /**
   * One AdamW step (torch semantics) of all parameters after clipping, **in place** on the params and on m and v, two flat buffers in which
   * the moments of parameter i begin at offsets[i]. Inputs m, v, param0, grad0, param1, grad1, ...
   * norm = sqrt(sum of squares of all gradients), parameter by parameter; a norm that is not finite changes nothing. Then for each
   * g = grad * min(1, max_grad_norm/(norm + 1e-6)); param *= 1 - learning_rate*weight_decay; m = beta1*m + (1-beta1)*g;
   * v = beta2*v + (1-beta2)*g^2; param -= learning_rate/bias_corrections1[i] * m / (sqrt(v)/sqrt(bias_corrections2[i]) + eps), where the
   * bias corrections are 1 - beta^step, computed by the caller in float64.
   */
  AdamW: {
    inputs: { m: tf.Tensor; v: tf.Tensor; [paramOrGrad: string]: tf.Tensor };
    attrs: {
      offsets: number[];
      learning_rate: number;
      beta1: number;
      beta2: number;
      eps: number;
      weight_decay: number;
      bias_corrections1: number[];
      bias_corrections2: number[];
      max_grad_norm: number;
    };
    outputs: [norm: tf.Scalar];
  };
}

export type NoAttrs = Record<string, never>;
export type FusedKernelName = keyof FusedKernels;

/**
 * Key/value memory of a KvCache. A backend object (tf.backend()) with a method `createKvArena(shape)` provides its own; otherwise a plain
 * TypeScript one serves. Neither side keeps or disposes the tensors it is given.
 * Layout of a slot: slot = page*page_size + offset; each layer keeps keys and values as [pages*page_size, kv_heads, head_dim] float32.
 */
export interface KvArena {
  /** Stores row i of k and v [N,kv_heads,head_dim] at slots[i]. Slots of one call are distinct. */
  write(layer: number, k: tf.Tensor3D, v: tf.Tensor3D, slots: Int32Array): void;
  /** Row i of q [N,Hq,head_dim] attends to positions 0..length[i]-1 of its sequence; new tensor [N,Hq,head_dim]. */
  attend(layer: number, q: tf.Tensor3D, plan: KvAttendPlan): tf.Tensor3D;
  /** Copies all slots of a page, of every layer. */
  copyPage(from: number, to: number): void;
  dispose(): void;
}

export interface KvArenaShape {
  layers: number;
  kv_heads: number;
  head_dim: number;
  pages: number;
  page_size: number;
}

export interface KvAttendPlan {
  /** [B*max_pages]: page of positions p*page_size.. of sequence b at [b*max_pages + p] */
  page_table: Int32Array;
  max_pages: number;
  /** [N]: the sequence of each row */
  sequence: Int32Array;
  /** [N]: how many positions each row sees, at least 1 */
  length: Int32Array;
  scale: number;
}

/** How a frozen weight is stored: `bf16` keeps 8 bits of precision, `nf4` about 4.13 bits in all (QLoRA's 4-bit normal floats). */
export type WeightStorage = 'fp32' | 'bf16' | 'nf4';

/** Optional methods of a backend object (what tf.backend() returns). */
export interface NativeBackendObject {
  createKvArena(shape: KvArenaShape): KvArena;
  /** A float32 tensor whose memory holds its numbers in another storage; inputs `weight` and `table` of the fused kernels take it. */
  stored(values: Float32Array, shape: number[], storage: WeightStorage): tf.TensorInfo;
  /** For provenance: the kernel variant in use and the number of worker threads. */
  fingerprint(): { isa: string; threads: number };
}
