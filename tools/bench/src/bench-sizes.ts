import type { LlamaConfig } from '@itool/nn';

export type BenchSize = 'tiny' | 'small' | 'base';

/** hidden, intermediate, layers, heads, key/value heads, vocabulary: those of the peer's script. */
const SIZES: Record<BenchSize, readonly [number, number, number, number, number, number]> = {
  tiny: [256, 688, 4, 8, 4, 4096],
  small: [512, 1408, 8, 8, 4, 8192],
  base: [768, 2048, 12, 12, 4, 32000],
};

export const BENCH_SIZES = Object.keys(SIZES) as readonly BenchSize[];

/** What transformers' LlamaConfig gives for these numbers: an own head, theta 10000, eps 1e-6. */
export function benchConfig(size: BenchSize): LlamaConfig {
  const [hidden_size, intermediate_size, num_hidden_layers, num_attention_heads, num_key_value_heads, vocab_size] =
    SIZES[size];
  return {
    model_type: 'llama',
    hidden_size,
    intermediate_size,
    num_hidden_layers,
    num_attention_heads,
    num_key_value_heads,
    vocab_size,
    rms_norm_eps: 1e-6,
    rope_theta: 10_000,
    tie_word_embeddings: false,
    max_position_embeddings: 8192,
  };
}
