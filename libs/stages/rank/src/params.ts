import { z } from 'zod';

/** specs/itool.md 5: perplexity of the target turn, hardest 10 % per class; specs/miniature.md 3: a band for weak policies. */
export const paramsSchema = z.strictObject({
  seed: z.int().default(42),
  device: z.enum(['auto', 'native', 'wasm', 'cpu']).default('auto'),
  /** How the frozen matrices lie in memory; `nf4` with an adapter is QLoRA. What is trained, and what is merged into, stays fp32. */
  weight_storage: z.enum(['fp32', 'bf16', 'nf4']).default('fp32'),
  /** Shares counted from the most difficult row: [0, 0.1] is the paper's hardest 10 %, [0.1, 0.5] skips them. */
  band: z.tuple([z.number().gte(0).lt(1), z.number().gt(0).lte(1)]).default([0, 0.1]),
  /** Rank call and no-call rows apart. */
  stratified: z.boolean().default(true),
  /** Classes that may be searched; all are ranked. */
  classes: z
    .array(z.enum(['call', 'no_call']))
    .min(1)
    .default(['call', 'no_call']),
  /** At most this many prompts, drawn by a hash of the row id; null = no limit. */
  max_prompts: z.int().gte(1).nullable().default(null),
  /** Rows longer than this (or than the model's context) are left out and counted. */
  cutoff_len: z.int().gte(16).default(8192),
  /** Tokens of one scoring batch: bounds memory, changes no result. */
  batch_tokens: z.int().gte(1).default(8192),
});

export type Params = z.infer<typeof paramsSchema>;
