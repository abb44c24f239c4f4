import { headDim, type LlamaConfig } from './llama-config.ts';

export const EMBEDDING = 'model.embed_tokens.weight';
export const FINAL_NORM = 'model.norm.weight';
export const HEAD = 'lm_head.weight';

/** A linear layer: `name` without `.weight`, for example `model.layers.0.self_attn.q_proj`; weight [out, in]. */
export type LinearShape = { name: string; out: number; in: number };

/** The linear layers of all blocks in forward order: those that LoRA adapts. Embedding and head are not among them. */
export function linearShapes(config: LlamaConfig): LinearShape[] {
  const { hidden_size: hidden, intermediate_size: inner } = config;
  const kv = config.num_key_value_heads * headDim(config);
  return Array.from({ length: config.num_hidden_layers }, (_, layer) => {
    const attention = `model.layers.${layer}.self_attn`;
    const mlp = `model.layers.${layer}.mlp`;
    return [
      { name: `${attention}.q_proj`, out: hidden, in: hidden },
      { name: `${attention}.k_proj`, out: kv, in: hidden },
      { name: `${attention}.v_proj`, out: kv, in: hidden },
      { name: `${attention}.o_proj`, out: hidden, in: hidden },
      { name: `${mlp}.gate_proj`, out: inner, in: hidden },
      { name: `${mlp}.up_proj`, out: inner, in: hidden },
      { name: `${mlp}.down_proj`, out: hidden, in: inner },
    ];
  }).flat();
}

/** Names (Hugging Face Llama) and shapes of all weights, in forward order. A tied head has no entry of its own. */
export function weightShapes(config: LlamaConfig): Record<string, number[]> {
  const { hidden_size: hidden, vocab_size: vocab } = config;
  const shapes: Record<string, number[]> = { [EMBEDDING]: [vocab, hidden] };
  const linears = linearShapes(config);
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const prefix = `model.layers.${layer}`;
    shapes[`${prefix}.input_layernorm.weight`] = [hidden];
    shapes[`${prefix}.post_attention_layernorm.weight`] = [hidden];
    for (const linear of linears)
      if (linear.name.startsWith(`${prefix}.`)) shapes[`${linear.name}.weight`] = [linear.out, linear.in];
  }
  shapes[FINAL_NORM] = [hidden];
  if (!config.tie_word_embeddings) shapes[HEAD] = [vocab, hidden];
  return shapes;
}
