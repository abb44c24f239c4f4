import type * as tf from '@tensorflow/tfjs';
import type { FusedKernelName, FusedKernels } from '../kernels.ts';
import type { Block } from './addon.ts';
import type { NativeBackend } from './native-backend.ts';
import { createRotationTables } from './rotation-tables.ts';

type Implementation<K extends FusedKernelName> = (
  inputs: FusedKernels[K]['inputs'],
  attrs: FusedKernels[K]['attrs'],
) => tf.TensorInfo[];

export type FusedImplementations = { [K in FusedKernelName]: Implementation<K> };

/** Every fused kernel of kernels.ts: unpacks shapes, allocates the outputs, calls the addon. Sizes are checked there. */
export function fusedKernels(backend: NativeBackend): FusedImplementations {
  const { addon } = backend;
  const f32 = (tensor: tf.TensorInfo) => backend.floats(tensor);
  const optional = (tensor: tf.TensorInfo | undefined) => (tensor === undefined ? undefined : backend.floats(tensor));
  const i32 = (tensor: tf.TensorInfo) => backend.ints(tensor);
  const tables = createRotationTables();

  /** Runs f with an output block per shape, undefined where the shape is null, and returns the outputs that exist. */
  const into = (shapes: (number[] | null)[], f: (blocks: (Block | undefined)[]) => void): tf.TensorInfo[] => {
    const outputs = shapes.map((shape) => (shape === null ? undefined : backend.output(shape)));
    try {
      f(outputs.map((output) => output?.block));
    } catch (error) {
      for (const output of outputs) if (output !== undefined) backend.disposeData(output.info.dataId);
      throw error;
    }
    return outputs.flatMap((output) => (output === undefined ? [] : [output.info]));
  };

  return {
    Embed: ({ ids, table }) => {
      const [vocab, d] = table.shape;
      const n = ids.shape[0];
      return into([[n, d]], ([out]) => addon.embed(n, d, vocab, i32(ids), f32(table), out!));
    },
    EmbedGrad: ({ ids, dy }, { vocab }) => {
      const [n, d] = dy.shape;
      return into([[vocab, d]], ([dtable]) => addon.embedGrad(n, d, vocab, i32(ids), f32(dy), dtable!));
    },
    RmsNorm: ({ x, weight }, { eps }) => {
      const [n, d] = x.shape;
      return into([[n, d]], ([out]) => addon.rmsNorm(n, d, f32(x), f32(weight), eps, out!));
    },
    RmsNormGrad: ({ x, weight, dy }, { eps, needs_x, needs_weight }) => {
      const [n, d] = x.shape;
      return into([needs_x ? [n, d] : null, needs_weight ? [d] : null], ([dx, dweight]) =>
        addon.rmsNormGrad(n, d, f32(x), f32(weight), f32(dy), eps, dx, dweight),
      );
    },
    Rope: ({ x, positions }, { inv_freq, inverse }) => {
      const [n, heads, headSize] = x.shape;
      if (inv_freq.length * 2 !== headSize)
        throw new Error(`native: Rope: ${inv_freq.length} frequencies for a head of ${headSize}`);
      const at = i32(positions);
      const { rows, cosine, sine } = tables(inv_freq, at);
      return into([[n, heads, headSize]], ([out]) =>
        addon.rope(n, heads, headSize, rows, f32(x), at, cosine, sine, inverse, out!),
      );
    },
    Attention: ({ q, k, v }, { cu_seqlens, scale }) => {
      const [n, queryHeads, headSize] = q.shape;
      const keyHeads = k.shape[1];
      const starts = Int32Array.from(cu_seqlens);
      return into([[n, queryHeads, headSize]], ([out]) =>
        addon.attention(
          n,
          queryHeads,
          keyHeads,
          headSize,
          starts.length - 1,
          starts,
          f32(q),
          f32(k),
          f32(v),
          scale,
          out!,
        ),
      );
    },
    AttentionGrad: ({ q, k, v, out, dy }, { cu_seqlens, scale }) => {
      const [n, queryHeads, headSize] = q.shape;
      const keyHeads = k.shape[1];
      const starts = Int32Array.from(cu_seqlens);
      const keyShape = [n, keyHeads, headSize];
      return into([[n, queryHeads, headSize], keyShape, [...keyShape]], ([dq, dk, dv]) =>
        addon.attentionGrad(
          n,
          queryHeads,
          keyHeads,
          headSize,
          starts.length - 1,
          starts,
          f32(q),
          f32(k),
          f32(v),
          f32(out),
          f32(dy),
          scale,
          dq!,
          dk!,
          dv!,
        ),
      );
    },
    Linear: ({ x, weight, bias }) => {
      const [n, k] = x.shape;
      const o = weight.shape[0];
      return into([[n, o]], ([out]) => addon.linear(n, k, o, f32(x), f32(weight), optional(bias), out!));
    },
    LinearGrad: ({ x, weight, dy }, { needs_x, needs_weight, needs_bias }) => {
      const [n, k] = x.shape;
      const o = weight.shape[0];
      return into([needs_x ? [n, k] : null, needs_weight ? [o, k] : null, needs_bias ? [o] : null], ([dx, dw, db]) =>
        addon.linearGrad(n, k, o, f32(x), f32(weight), f32(dy), dx, dw, db),
      );
    },
    LoraLinear: ({ x, weight, lora_a, lora_b, bias }, { scale }) => {
      const [n, k] = x.shape;
      const o = weight.shape[0];
      const r = lora_a.shape[0];
      return into(
        [
          [n, o],
          [n, r],
        ],
        ([out, low]) =>
          addon.loraLinear(
            n,
            k,
            o,
            r,
            f32(x),
            f32(weight),
            f32(lora_a),
            f32(lora_b),
            optional(bias),
            scale,
            out!,
            low!,
          ),
      );
    },
    LoraLinearGrad: ({ x, weight, lora_a, lora_b, low, dy }, { scale, needs_x, needs_lora }) => {
      const [n, k] = x.shape;
      const o = weight.shape[0];
      const r = lora_a.shape[0];
      return into([needs_x ? [n, k] : null, needs_lora ? [r, k] : null, needs_lora ? [o, r] : null], ([dx, da, db]) =>
        addon.loraLinearGrad(
          n,
          k,
          o,
          r,
          f32(x),
          f32(weight),
          f32(lora_a),
          f32(lora_b),
          f32(low),
          f32(dy),
          scale,
          dx,
          da,
          db,
        ),
      );
    },
    SwiGlu: ({ gate, up }) => into([[...gate.shape]], ([out]) => addon.swiGlu(gate.size, f32(gate), f32(up), out!)),
    SwiGluGrad: ({ gate, up, dy }) =>
      into([[...gate.shape], [...gate.shape]], ([dgate, dup]) =>
        addon.swiGluGrad(gate.size, f32(gate), f32(up), f32(dy), dgate!, dup!),
      ),
    TokenLogProbs: ({ hidden, weight, targets }, { with_dhidden }) => {
      const [n, d] = hidden.shape;
      return into([[n], with_dhidden ? [n, d] : null], ([out, dhidden]) =>
        addon.tokenLogProbs(n, d, weight.shape[0], f32(hidden), f32(weight), i32(targets), out!, dhidden),
      );
    },
    ScaleRows: ({ x, by }) => {
      const [n, d] = x.shape;
      return into([[n, d]], ([out]) => addon.scaleRows(n, d, f32(x), f32(by), out!));
    },
    TokenLogProbsGrad: ({ hidden, weight, targets, dy }, { needs_hidden, needs_weight }) => {
      const [n, d] = hidden.shape;
      const v = weight.shape[0];
      return into([needs_hidden ? [n, d] : null, needs_weight ? [v, d] : null], ([dhidden, dweight]) =>
        addon.tokenLogProbsGrad(n, d, v, f32(hidden), f32(weight), i32(targets), f32(dy), dhidden, dweight),
      );
    },
    SumSquares: ({ x }) => into([[]], ([out]) => addon.sumSquares(x.size, f32(x), out!)),
    AdamW: (inputs, attrs) => {
      const { m, v } = inputs;
      const each = <T>(f: (i: number) => T) => attrs.offsets.map((_, i) => f(i));
      const param = (i: number) => inputs[`param${i}`]!;
      const grad = (i: number) => inputs[`grad${i}`]!;
      return into([[]], ([norm]) =>
        addon.adamW(
          attrs.offsets.length,
          m.size,
          each((i) => backend.written(param(i))),
          each((i) => f32(grad(i))),
          Int32Array.from(attrs.offsets),
          Int32Array.from(each((i) => param(i).size)),
          backend.written(m),
          backend.written(v),
          attrs.learning_rate,
          attrs.beta1,
          attrs.beta2,
          attrs.eps,
          attrs.weight_decay,
          attrs.bias_corrections1,
          attrs.bias_corrections2,
          attrs.max_grad_norm,
          norm!,
        ),
      );
    },
  };
}
