import { z } from 'zod';

const sft_coef = z.number().gte(0).default(0);

/** specs/itool.md 9 and 10: SimPO beta 2.5 gamma 0.5 (raw margin), lr 1e-6, 2 epochs, batch 64; the miniature's values differ. */
export const paramsSchema = z.strictObject({
  seed: z.int().default(42),
  device: z.enum(['auto', 'native', 'wasm', 'cpu']).default('auto'),
  /** How the frozen matrices lie in memory; `nf4` with an adapter is QLoRA. What is trained, and what is merged into, stays fp32. */
  weight_storage: z.enum(['fp32', 'bf16', 'nf4']).default('fp32'),
  loss: z
    .discriminatedUnion('kind', [
      /** `gamma` is the raw margin of equation 11 (LLaMA-Factory `simpo_gamma`), not the ratio gamma / beta. */
      z.strictObject({
        kind: z.literal('simpo'),
        beta: z.number().positive().default(2.5),
        gamma: z.number().gte(0).default(0.5),
        sft_coef,
      }),
      z.strictObject({ kind: z.literal('dpo'), beta: z.number().positive().default(0.1), sft_coef }),
      z.strictObject({ kind: z.literal('ipo'), tau: z.number().positive().default(0.1), sft_coef }),
      z.strictObject({ kind: z.literal('orpo'), lambda: z.number().positive().default(0.1), sft_coef }),
    ])
    .default({ kind: 'simpo', beta: 2.5, gamma: 0.5, sft_coef: 0 }),
  /** Keep the policy when one direction of a bias (early close, refusal) has more than this many pairs per pair of the other; null = no guard. */
  guard_side_ratio: z.number().gte(1).nullable().default(null),
  learning_rate: z.number().positive().default(1e-6),
  num_train_epochs: z.int().gte(1).default(2),
  /** Pairs per update. */
  train_batch_size: z.int().gte(1).default(64),
  micro_batch_tokens: z.int().gte(1).default(8192),
  /** Updates between validations (besides the end of each epoch); the best validated state is kept. */
  eval_steps: z.int().gte(1).default(40),
  warmup_ratio: z.number().gte(0).lt(1).default(0.1),
  weight_decay: z.number().gte(0).default(0),
  max_grad_norm: z.number().positive().default(1),
  lora_r: z.int().gte(1).default(16),
  lora_alpha: z.number().positive().default(32),
  cutoff_len: z.int().gte(16).default(2048),
});

export type Params = z.infer<typeof paramsSchema>;
