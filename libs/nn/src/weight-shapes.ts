import { headDim, type LlamaConfig } from './llama-config.ts';

export const EMBEDDING = 'model.embed_tokens.weight';
export const FINAL_NORM = 'model.norm.weight';
export const HEAD = 'lm_head.weight';

/** A linear layer: `name` without `.weight`, for example `model.layers.0.self_attn.q_proj`; weight [out, in], bias [out] if it has one. */
export type LinearShape = { name: string; out: number; in: number; bias: boolean };

/** The linear layers of all blocks in forward order: those that LoRA adapts. Embedding and head are not among them. */
export function linearShapes(config: LlamaConfig): LinearShape[] {
  const { hidden_size: hidden, intermediate_size: inner, model_type, attention_bias = false } = config;
  const query = config.num_attention_heads * headDim(config);
  const kv = config.num_key_value_heads * headDim(config);
  const qkv_bias = attention_bias || model_type === 'qwen2';
  const mlp_bias = config.mlp_bias ?? false;
  return Array.from({ length: config.num_hidden_layers }, (_, layer) => {
    const attention = `model.layers.${layer}.self_attn`;
    const mlp = `model.layers.${layer}.mlp`;
    return [
      { name: `${attention}.q_proj`, out: query, in: hidden, bias: qkv_bias },
      { name: `${attention}.k_proj`, out: kv, in: hidden, bias: qkv_bias },
      { name: `${attention}.v_proj`, out: kv, in: hidden, bias: qkv_bias },
      { name: `${attention}.o_proj`, out: hidden, in: query, bias: attention_bias },
      { name: `${mlp}.gate_proj`, out: inner, in: hidden, bias: mlp_bias },
      { name: `${mlp}.up_proj`, out: inner, in: hidden, bias: mlp_bias },
      { name: `${mlp}.down_proj`, out: hidden, in: inner, bias: mlp_bias },
    ];
  }).flat();
}

/** Names (Hugging Face Llama and Qwen2) and shapes of all weights, in forward order. A tied head has no entry of its own. */
export function weightShapes(config: LlamaConfig): Record<string, number[]> {
  const { hidden_size: hidden, vocab_size: vocab } = config;
  const shapes: Record<string, number[]> = { [EMBEDDING]: [vocab, hidden] };
  const linears = linearShapes(config);
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const prefix = `model.layers.${layer}`;
    shapes[`${prefix}.input_layernorm.weight`] = [hidden];
    shapes[`${prefix}.post_attention_layernorm.weight`] = [hidden];
    for (const { name, out, in: input, bias } of linears) {
      if (!name.startsWith(`${prefix}.`)) continue;
      shapes[`${name}.weight`] = [out, input];
      if (bias) shapes[`${name}.bias`] = [out];
    }
  }
  shapes[FINAL_NORM] = [hidden];
  if (!config.tie_word_embeddings) shapes[HEAD] = [vocab, hidden];
  return shapes;
}
