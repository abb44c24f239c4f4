import { z } from 'zod';

/** specs/itool.md 6 and 7; defaults are the paper's, the pipelines set what differs. */
export const paramsSchema = z.strictObject({
  seed: z.int().default(42),
  device: z.enum(['auto', 'native', 'wasm', 'cpu']).default('auto'),
  /** How the frozen matrices lie in memory; `nf4` with an adapter is QLoRA. What is trained, and what is merged into, stays fp32. */
  weight_storage: z.enum(['fp32', 'bf16', 'nf4']).default('fp32'),
  width: z.int().gte(1).default(3),
  depth: z.int().gte(1).default(3),
  simulation: z.int().gte(0).default(2),
  iterations: z.int().gte(1).default(5),
  /** Exploration weight of PUCT. */
  c: z.number().gte(0).default(1),
  /** Discount of the backup. */
  gamma: z.number().gt(0).lte(1).default(1),
  temperature: z.number().positive().default(1.5),
  top_p: z.number().gt(0).lte(1).default(1),
  prior_exponent: z.number().gte(0).default(1),
  /** Where a fragment ends: `structural` reads the call syntax, `chars` ends at any token with `,` `.` or `)`. */
  fragments: z.enum(['structural', 'chars']).default('structural'),
  /** Self-evaluation C(s) by the policy itself. */
  judge: z
    .discriminatedUnion('mode', [
      z.strictObject({ mode: z.literal('off') }),
      z.strictObject({ mode: z.literal('direct') }),
      z.strictObject({
        mode: z.literal('sampled'),
        samples: z.int().gte(1).default(4),
        temperature: z.number().positive().default(0.6),
        max_new_tokens: z.int().gte(1).default(7),
      }),
    ])
    .default({ mode: 'sampled', samples: 4, temperature: 0.6, max_new_tokens: 7 }),
  /** Weight of C in the reward R = O + weight C. */
  judge_weight: z.number().gte(0).default(1),
  unvisited_weight: z.union([z.literal(0), z.literal(1)]).default(0),
  skip_exhausted: z.boolean().default(true),
  include_ground_truth: z.boolean().default(false),
  extra_draws: z.int().gte(0).default(2),
  /** Compare string values exactly in the outcome. */
  strict: z.boolean().default(false),
  /** Partial credit in [-0.5, 0.5] for a response that goes on. */
  ast_prefix: z.boolean().default(false),
  /** Commit to the most visited child after `iterations` (four times as many at the first root) and search on from it. */
  advance_root: z.boolean().default(false),
  max_fragment_tokens: z.int().gte(1).default(50),
  max_completion_tokens: z.int().gte(1).default(512),
  /** Trees that are searched at the same time: bounds memory, changes no result. */
  max_running_trees: z.int().gte(1).default(64),
});

export type Params = z.infer<typeof paramsSchema>;
