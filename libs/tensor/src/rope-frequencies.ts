/** Llama 3 style frequency scaling, by the names of Hugging Face's `rope_scaling`. */
export interface RopeScaling {
  rope_type: 'llama3' | 'linear';
  factor: number;
  low_freq_factor?: number;
  high_freq_factor?: number;
  original_max_position_embeddings?: number;
}

export interface RopeOptions {
  theta: number;
  scaling?: RopeScaling;
}

const frequenciesByKey = new Map<string, number[]>();

/**
 * Inverse frequencies of rotary position embedding, head_dim/2 numbers: theta^(-2j/head_dim), then scaled
 * (transformers modeling_rope_utils: `_compute_linear_scaling_rope_parameters`, `_compute_llama3_parameters`).
 * The same array comes back for the same arguments.
 */
export function ropeFrequencies(headDim: number, { theta, scaling }: RopeOptions): number[] {
  const key = JSON.stringify([headDim, theta, scaling ?? null]);
  const known = frequenciesByKey.get(key);
  if (known !== undefined) return known;
  const frequencies = Array.from({ length: headDim / 2 }, (_, j) =>
    scaled(Math.exp((-2 * j * Math.log(theta)) / headDim), scaling),
  );
  frequenciesByKey.set(key, frequencies);
  return frequencies;
}

function scaled(frequency: number, scaling: RopeScaling | undefined): number {
  if (scaling === undefined) return frequency;
  if (scaling.rope_type === 'linear') return frequency / scaling.factor;
  const {
    low_freq_factor: low = 1,
    high_freq_factor: high = 4,
    original_max_position_embeddings: length = 8192,
  } = scaling;
  const turns = (length * frequency) / (2 * Math.PI);
  if (turns > high) return frequency;
  if (turns < low) return frequency / scaling.factor;
  const smooth = (turns - low) / (high - low);
  return ((1 - smooth) * frequency) / scaling.factor + smooth * frequency;
}
