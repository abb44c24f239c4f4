import { headDim, headWeight, type Model } from '@itool/nn';
import {
  createDecoder,
  type Decoder,
  type DecoderLinear,
  type DecoderWeights,
  ropeFrequencies,
  type tf,
} from '@itool/tensor';
import { PAGE_SIZE } from './page-pool.ts';
import { plainDecoder } from './plain-decoder.ts';

/** How a decoder keeps the weights that it computes with: 'bf16' rounds them and halves what a step has to read. */
export type DecoderDtype = 'fp32' | 'bf16';

/**
 * The decoder of a model: the backend's own where it has one, else the model's operations with sampling in TypeScript. A model with an
 * adapter that is not merged goes through its operations too.
 */
export function modelDecoder(model: Model, pages: number, dtype: DecoderDtype): Decoder {
  if (model.lora !== null) return plainDecoder(model, pages);
  const { config } = model;
  const head_dim = headDim(config);
  const shape = {
    hidden: config.hidden_size,
    intermediate: config.intermediate_size,
    heads: config.num_attention_heads,
    kv_heads: config.num_key_value_heads,
    head_dim,
    vocab: config.vocab_size,
    eps: config.rms_norm_eps,
    scale: 1 / Math.sqrt(head_dim),
    inv_freq: ropeFrequencies(head_dim, { theta: config.rope_theta, scaling: config.rope_scaling }),
    max_positions: config.max_position_embeddings,
    pages,
    page_size: PAGE_SIZE,
    narrow: dtype === 'bf16',
  };
  return createDecoder(shape, decoderWeights(model)) ?? plainDecoder(model, pages);
}

function decoderWeights(model: Model): DecoderWeights {
  const vector = (name: string) => model.weights[`${name}.weight`] as tf.Tensor1D;
  const linear = (name: string): DecoderLinear => {
    const weight = model.weights[`${name}.weight`] as tf.Tensor2D;
    const bias = model.weights[`${name}.bias`] as tf.Tensor1D | undefined;
    return bias === undefined ? { weight } : { weight, bias };
  };
  return {
    embedding: model.weights['model.embed_tokens.weight'] as tf.Tensor2D,
    final_norm: vector('model.norm'),
    head: headWeight(model),
    layers: Array.from({ length: model.config.num_hidden_layers }, (_, i) => {
      const at = `model.layers.${i}`;
      return {
        input_norm: vector(`${at}.input_layernorm`),
        post_norm: vector(`${at}.post_attention_layernorm`),
        q: linear(`${at}.self_attn.q_proj`),
        k: linear(`${at}.self_attn.k_proj`),
        v: linear(`${at}.self_attn.v_proj`),
        output: linear(`${at}.self_attn.o_proj`),
        gate: linear(`${at}.mlp.gate_proj`),
        up: linear(`${at}.mlp.up_proj`),
        down: linear(`${at}.mlp.down_proj`),
      };
    }),
  };
}
