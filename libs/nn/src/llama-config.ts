import { ItoolError } from '@itool/record';
import type { RopeScaling } from '@itool/tensor';
import { z } from 'zod';

/** Settings of other checkpoints that this decoder does not compute; ignoring them would give wrong numbers silently. */
const UNSUPPORTED: Record<string, (value: unknown) => boolean> = {
  hidden_act: (value) => value !== 'silu',
  use_sliding_window: (value) => value === true,
  quantization_config: (value) => value !== null,
};

const MODEL_TYPES = ['llama', 'qwen2'] as const;

/** `max_position_embeddings` where config.json leaves it out (transformers' defaults). */
const DEFAULT_POSITIONS = { llama: 2048, qwen2: 32768 };

const ropeScalingSchema = z.union([
  z.object({ rope_type: z.literal('linear'), factor: z.number().positive() }),
  z.object({
    rope_type: z.literal('llama3'),
    factor: z.number().positive(),
    low_freq_factor: z.number().positive(),
    high_freq_factor: z.number().positive(),
    original_max_position_embeddings: z.int().positive(),
  }),
]);

const configSchema = z.object({
  model_type: z.enum(MODEL_TYPES),
  hidden_size: z.int().positive(),
  intermediate_size: z.int().positive(),
  num_hidden_layers: z.int().positive(),
  num_attention_heads: z.int().positive(),
  num_key_value_heads: z.int().positive(),
  /** Absent: hidden_size / num_attention_heads. */
  head_dim: z.int().positive().optional(),
  vocab_size: z.int().positive(),
  rms_norm_eps: z.number().positive(),
  rope_theta: z.number().positive(),
  rope_scaling: ropeScalingSchema.optional(),
  /** Llama: a bias on q, k, v and o. (Qwen2 always has one on q, k and v.) */
  attention_bias: z.boolean().optional(),
  mlp_bias: z.boolean().optional(),
  tie_word_embeddings: z.boolean(),
  max_position_embeddings: z.int().positive(),
});

/**
 * A decoder by the names of Hugging Face's config.json: `llama` (Llama 2, 3, 3.1, 3.2) or `qwen2` (Qwen2, Qwen2.5). Keys that only concern
 * other software (architectures, torch_dtype, token ids) are dropped on reading.
 */
export type LlamaConfig = z.infer<typeof configSchema>;

/**
 * Checked configuration. Reads both forms of transformers: `rope_theta` with `rope_scaling`, and `rope_parameters` (from version 5).
 * What a config.json may leave out gets transformers' default.
 *
 * @throws ItoolError `bad_config` that names each wrong or unsupported key
 */
export function parseLlamaConfig(value: unknown): LlamaConfig {
  const given = { ...(value as Record<string, unknown> | null) };
  const type = given['model_type'];
  if (!MODEL_TYPES.some((known) => known === type))
    throw badConfig(`unknown model_type: ${JSON.stringify(type)} (${MODEL_TYPES.join(', ')})`);
  for (const [key, refuses] of Object.entries(UNSUPPORTED))
    if (given[key] !== undefined && refuses(given[key]))
      throw badConfig(`${key} is not supported: ${JSON.stringify(given[key])}`);
  const parsed = configSchema.safeParse(dropUndefined(withDefaults(given)));
  if (!parsed.success)
    throw badConfig(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  const config = parsed.data;
  const { num_attention_heads, num_key_value_heads } = config;
  if (headDim(config) % 2 !== 0)
    throw badConfig(
      `hidden_size / num_attention_heads must be an even integer: ${config.hidden_size}/${num_attention_heads}`,
    );
  if (num_attention_heads % num_key_value_heads !== 0)
    throw badConfig(
      `num_attention_heads must be a multiple of num_key_value_heads: ${num_attention_heads}/${num_key_value_heads}`,
    );
  return config;
}

export function headDim(config: LlamaConfig): number {
  return config.head_dim ?? config.hidden_size / config.num_attention_heads;
}

function withDefaults(given: Record<string, unknown>): Record<string, unknown> {
  const rope = (given['rope_parameters'] ?? given['rope_scaling'] ?? {}) as Record<string, unknown>;
  const heads = given['num_attention_heads'];
  const is_natural_head = given['head_dim'] === Number(given['hidden_size']) / Number(heads);
  return {
    ...given,
    num_key_value_heads: given['num_key_value_heads'] ?? heads,
    head_dim: is_natural_head ? undefined : (given['head_dim'] ?? undefined),
    rms_norm_eps: given['rms_norm_eps'] ?? 1e-6,
    rope_theta: rope['rope_theta'] ?? given['rope_theta'] ?? 10000,
    rope_scaling: readRopeScaling(rope),
    attention_bias: given['attention_bias'] === true && given['model_type'] === 'llama' ? true : undefined,
    mlp_bias: given['mlp_bias'] === true ? true : undefined,
    tie_word_embeddings: given['tie_word_embeddings'] ?? false,
    max_position_embeddings:
      given['max_position_embeddings'] ?? DEFAULT_POSITIONS[given['model_type'] as keyof typeof DEFAULT_POSITIONS],
  };
}

/** `type` is the key's older name; `default` means none. */
function readRopeScaling(rope: Record<string, unknown>): RopeScaling | undefined {
  const rope_type = rope['rope_type'] ?? rope['type'] ?? 'default';
  if (rope_type === 'default') return undefined;
  const parsed = ropeScalingSchema.safeParse({ ...rope, rope_type });
  if (parsed.success) return parsed.data;
  throw badConfig(`rope_scaling is not supported: ${JSON.stringify(rope)} (rope_type llama3, linear or default)`);
}

function dropUndefined(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));
}

function badConfig(fact: string): ItoolError {
  return new ItoolError({
    code: 'bad_config',
    message: `nn: model configuration: ${fact}`,
    hint: 'Correct config.json of the model folder or the model section of the pipeline.',
  });
}
