import { ItoolError } from '@itool/record';
import { z } from 'zod';

/** Settings of other Llama checkpoints that this decoder does not compute; ignoring them would give wrong numbers silently. */
const UNSUPPORTED: Record<string, (value: unknown) => boolean> = {
  attention_bias: (value) => value === true,
  mlp_bias: (value) => value === true,
  hidden_act: (value) => value !== 'silu',
  rope_scaling: (value) => value !== null,
};

/**
 * A decoder by the names of Hugging Face's config.json (model_type `llama`). Keys that only concern other software (architectures,
 * torch_dtype, token ids) are dropped on reading.
 */
export const llamaConfigSchema = z.object({
  model_type: z.literal('llama'),
  hidden_size: z.int().positive(),
  intermediate_size: z.int().positive(),
  num_hidden_layers: z.int().positive(),
  num_attention_heads: z.int().positive(),
  num_key_value_heads: z.int().positive(),
  vocab_size: z.int().positive(),
  rms_norm_eps: z.number().positive(),
  rope_theta: z.number().positive(),
  tie_word_embeddings: z.boolean(),
  max_position_embeddings: z.int().positive(),
});

export type LlamaConfig = z.infer<typeof llamaConfigSchema>;

/** Checked configuration. @throws ItoolError `bad_config` that names each wrong or unsupported key */
export function parseLlamaConfig(value: unknown): LlamaConfig {
  const parsed = llamaConfigSchema.safeParse(value);
  if (!parsed.success)
    throw badConfig(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  const given = value as Record<string, unknown>;
  for (const [key, refuses] of Object.entries(UNSUPPORTED))
    if (given[key] !== undefined && refuses(given[key]))
      throw badConfig(`${key} is not supported: ${JSON.stringify(given[key])}`);
  const config = parsed.data;
  const { hidden_size, num_attention_heads, num_key_value_heads } = config;
  if (hidden_size % num_attention_heads !== 0 || headDim(config) % 2 !== 0)
    throw badConfig(`hidden_size / num_attention_heads must be an even integer: ${hidden_size}/${num_attention_heads}`);
  if (given['head_dim'] != null && given['head_dim'] !== headDim(config))
    throw badConfig(
      `head_dim differs from hidden_size / num_attention_heads: ${given['head_dim']} (${headDim(config)})`,
    );
  if (num_attention_heads % num_key_value_heads !== 0)
    throw badConfig(
      `num_attention_heads must be a multiple of num_key_value_heads: ${num_attention_heads}/${num_key_value_heads}`,
    );
  return config;
}

export function headDim(config: LlamaConfig): number {
  return config.hidden_size / config.num_attention_heads;
}

function badConfig(fact: string): ItoolError {
  return new ItoolError({
    code: 'bad_config',
    message: `nn: model configuration: ${fact}`,
    hint: 'Correct config.json of the model folder or the model section of the pipeline.',
  });
}
