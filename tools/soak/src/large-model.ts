import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type WeightSource, writeCheckpoint } from '@itool/checkpoint';
import { type LlamaConfig, parseLlamaConfig, weightShapes } from '@itool/nn';

/** A Llama of 2.0 thousand million parameters, 4.0 GB in bf16, with grouped heads and a head of its own. */
export const LARGE: LlamaConfig = parseLlamaConfig({
  model_type: 'llama',
  hidden_size: 3072,
  intermediate_size: 8192,
  num_hidden_layers: 18,
  num_attention_heads: 24,
  num_key_value_heads: 8,
  vocab_size: 32000,
  rms_norm_eps: 1e-5,
  rope_theta: 500000,
  tie_word_embeddings: false,
  max_position_embeddings: 8192,
});

/** Writes config.json and weights in bf16, in shards of 1.5 GB, into `folder`. Values repeat: only the size matters. */
export function writeLargeModel(folder: string): void {
  const values = Float32Array.from({ length: 1 << 16 }, (_, i) => 0.02 * Math.sin(i));
  const tensors = Object.fromEntries(
    Object.entries(weightShapes(LARGE)).map(([name, shape]) => [name, { shape, dtype: 'BF16' as const }]),
  );
  const source: WeightSource = {
    tensors,
    read: (_name, from = 0, to = from, into = new Float32Array(to - from)) => {
      for (let i = 0; i < into.length; i += values.length) into.set(values.subarray(0, into.length - i), i);
      return into;
    },
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'config.json'), JSON.stringify(LARGE));
  writeCheckpoint(folder, source, { max_shard_bytes: 1_500_000_000 });
}

/** Bytes of the model in a storage: NF4 with a scale byte per 64 numbers, 4 per 256 of these, 4 for their offset. */
export function storedBytes(storage: 'bf16' | 'nf4'): number {
  return Object.entries(weightShapes(LARGE)).reduce((sum, [name, shape]) => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    if (shape.length === 1) return sum + 4 * size;
    const is_table = !name.startsWith('model.layers.');
    if (storage === 'bf16' || is_table) return sum + 2 * size;
    return sum + size / 2 + Math.ceil(size / 64) + 4 * Math.ceil(size / 64 / 256) + 4;
  }, 0);
}
