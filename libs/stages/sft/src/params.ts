import { z } from 'zod';

/** specs/itool.md 4: LoRA r 16 alpha 32, three epochs per tier, cosine, warm-up 0.1, batch 64; the miniature's values differ. */
export const paramsSchema = z.strictObject({
  seed: z.int().default(42),
  device: z.enum(['auto', 'native', 'wasm', 'cpu']).default('auto'),
  /** How the frozen matrices lie in memory; `nf4` with an adapter is QLoRA. What is trained, and what is merged into, stays fp32. */
  weight_storage: z.enum(['fp32', 'bf16', 'nf4']).default('fp32'),
  tier: z.enum(['easy', 'medium', 'hard', 'all']),
  num_train_epochs: z.int().gte(1).default(3),
  learning_rate: z.number().positive(),
  train_batch_size: z.int().gte(1).default(64),
  micro_batch_tokens: z.int().gte(1).default(8192),
  warmup_ratio: z.number().gte(0).lt(1).default(0.1),
  weight_decay: z.number().gte(0).default(0),
  max_grad_norm: z.number().positive().default(1),
  lora_r: z.int().gte(1).default(16),
  lora_alpha: z.number().positive().default(32),
  /** Rows longer than this (or than the model's context) are dropped and counted, never cut. */
  cutoff_len: z.int().gte(16).default(4096),
  /** Families dealt out over the three tiers by a hash of the row, instead of all in the tier of their measures. */
  spread_families: z.array(z.string()).default(['judge']),
  /** Merge the adapter into the weights at the end (the last tier does). */
  merge: z.boolean().default(false),
  /** Give each prompt the target of another row: the control that must not learn. */
  permute_targets: z.boolean().default(false),
});

export type Params = z.infer<typeof paramsSchema>;
