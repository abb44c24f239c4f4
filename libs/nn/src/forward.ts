import { loraScale } from '@itool/checkpoint';
import {
  attention,
  checkpoint,
  embed,
  type KvCache,
  linear,
  loraLinear,
  rmsNorm,
  rope,
  swiGlu,
  tf,
  tokenLogProbs,
} from '@itool/tensor';
import type { FlatBatch } from './flat-batch.ts';
import { headDim } from './llama-config.ts';
import { headWeight, type Model, trainableParams } from './model.ts';
import { EMBEDDING, FINAL_NORM } from './weight-shapes.ts';

/** Where the rows of an incremental step lie in a KvCache; every array has one entry per row. */
export type CachePlan = {
  /** [N], slot to store the row's key and value in */
  slots: Int32Array;
  /** [B*max_pages] */
  page_table: Int32Array;
  max_pages: number;
  /** [N], sequence of the row, an index into the page table */
  sequence: Int32Array;
};

/**
 * Final hidden states [N,D] (after the last norm) of a flat batch: pre-norm Llama, x += attention(norm(x)); x += mlp(norm(x)).
 * Linear layers go through the adapter when the model has one.
 *
 * @param options.gradient_checkpointing keep only the input of each layer for the gradient and compute the layer again there: a third more
 *   work for a fraction of the memory, and the same bits
 */
export function forward(
  model: Model,
  batch: FlatBatch,
  options: { gradient_checkpointing?: boolean } = {},
): tf.Tensor2D {
  const scale = 1 / Math.sqrt(headDim(model.config));
  const attend: Attend = (_layer, q, k, v) => attention(q, k, v, { cu_seqlens: batch.cu_seqlens, scale });
  return decode(model, batch, attend, options.gradient_checkpointing === true);
}

/**
 * The same for rows whose earlier tokens are in `cache`: stores the rows' keys and values, then each row attends to the positions
 * 0..its own of its sequence. Rows of one sequence may follow one another in one step (a chunk of a prompt). Not differentiable.
 */
export function forwardCached(
  model: Model,
  rows: { ids: Int32Array; positions: Int32Array },
  cache: KvCache,
  { slots, ...plan }: CachePlan,
): tf.Tensor2D {
  const scale = 1 / Math.sqrt(headDim(model.config));
  const length = rows.positions.map((position) => position + 1);
  return decode(model, rows, (layer, q, k, v) => {
    cache.write(layer, k, v, slots);
    return cache.attend(layer, q, { ...plan, length, scale });
  });
}

/** Logits [N,V] of hidden states. */
export function logits(model: Model, hidden: tf.Tensor2D): tf.Tensor2D {
  return linear(hidden, headWeight(model));
}

/** Log-probability [M] of `targets[m]` after row `rows[m]` of the hidden states; only those rows go through the head. Differentiable. */
export function targetLogProbs(model: Model, hidden: tf.Tensor2D, rows: Int32Array, targets: Int32Array): tf.Tensor1D {
  return tf.tidy(() => {
    const selected = embed(tf.tensor1d(rows, 'int32'), hidden);
    return tokenLogProbs(selected, headWeight(model), tf.tensor1d(targets, 'int32'));
  });
}

type Attend = (layer: number, q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D) => tf.Tensor3D;

function decode(
  model: Model,
  rows: { ids: Int32Array; positions: Int32Array },
  attend: Attend,
  checkpointed = false,
): tf.Tensor2D {
  const { config, weights } = model;
  const count = rows.ids.length;
  const size = headDim(config);
  const weight = (name: string) => weights[name] as tf.Tensor2D;
  const norm = (x: tf.Tensor2D, name: string) => rmsNorm(x, weights[name] as tf.Tensor1D, config.rms_norm_eps);
  const heads = (x: tf.Tensor2D, number: number) => tf.reshape<tf.Rank.R3>(x, [count, number, size]);
  return tf.tidy(() => {
    // A tensor of positions made once would be gone when a checkpointed layer runs again.
    const rotate = (x: tf.Tensor3D) =>
      rope(x, tf.tensor1d(rows.positions, 'int32'), { theta: config.rope_theta, scaling: config.rope_scaling });
    let x = embed(tf.tensor1d(rows.ids, 'int32'), weight(EMBEDDING));
    for (let layer = 0; layer < config.num_hidden_layers; layer++) {
      const prefix = `model.layers.${layer}`;
      const { num_attention_heads, num_key_value_heads } = config;
      const block = (x: tf.Tensor2D): tf.Tensor2D => {
        const input = norm(x, `${prefix}.input_layernorm.weight`);
        const q = rotate(heads(project(model, input, `${prefix}.self_attn.q_proj`), num_attention_heads));
        const k = rotate(heads(project(model, input, `${prefix}.self_attn.k_proj`), num_key_value_heads));
        const v = heads(project(model, input, `${prefix}.self_attn.v_proj`), num_key_value_heads);
        const mixed = tf.reshape<tf.Rank.R2>(attend(layer, q, k, v), [count, num_attention_heads * size]);
        const attended = tf.add<tf.Tensor2D>(x, project(model, mixed, `${prefix}.self_attn.o_proj`));
        const inner = norm(attended, `${prefix}.post_attention_layernorm.weight`);
        const gate = project(model, inner, `${prefix}.mlp.gate_proj`);
        const up = project(model, inner, `${prefix}.mlp.up_proj`);
        return tf.add<tf.Tensor2D>(attended, project(model, swiGlu(gate, up), `${prefix}.mlp.down_proj`));
      };
      x = tf.tidy(() => (checkpointed ? checkpoint(block, x, trainableIn(model, `${prefix}.`)) : block(x)));
    }
    return norm(x, FINAL_NORM);
  });
}

function trainableIn(model: Model, prefix: string): Record<string, tf.Tensor> {
  return Object.fromEntries(Object.entries(trainableParams(model)).filter(([name]) => name.startsWith(prefix)));
}

function project(model: Model, x: tf.Tensor2D, name: string): tf.Tensor2D {
  const weight = model.weights[`${name}.weight`] as tf.Tensor2D;
  const bias = model.weights[`${name}.bias`] as tf.Tensor1D | undefined;
  const lora_a = model.lora?.weights[`${name}.lora_A.weight`] as tf.Tensor2D | undefined;
  if (model.lora === null || lora_a === undefined) return linear(x, weight, bias);
  const lora_b = model.lora.weights[`${name}.lora_B.weight`] as tf.Tensor2D;
  return loraLinear(x, weight, lora_a, lora_b, {
    scale: loraScale(model.lora),
    ...(bias === undefined ? {} : { bias }),
  });
}
