import { headDim, type LlamaConfig } from './llama-config.ts';

/**
 * What each rotation of a Llama 3.1 or 3.2 is slowed down by, head_dim / 2 numbers: ggml stores these instead of the settings. Null for a
 * model without that scaling. (transformers modeling_rope_utils: `_compute_llama3_parameters`)
 */
export function ropeFactors(config: LlamaConfig): Float32Array | null {
  const { rope_theta, rope_scaling } = config;
  if (rope_scaling?.rope_type !== 'llama3') return null;
  const { factor, low_freq_factor, high_freq_factor, original_max_position_embeddings } = rope_scaling;
  const size = headDim(config);
  return Float32Array.from({ length: size / 2 }, (_, j) => {
    const frequency = Math.exp((-2 * j * Math.log(rope_theta)) / size);
    const turns = (original_max_position_embeddings * frequency) / (2 * Math.PI);
    const smooth = (turns - low_freq_factor) / (high_freq_factor - low_freq_factor);
    const kept = Math.min(1, Math.max(0, smooth));
    return 1 / ((1 - kept) / factor + kept);
  });
}
