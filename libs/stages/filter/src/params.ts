import { z } from 'zod';

/** specs/itool.md 8; a pair at a bound is kept. */
export const paramsSchema = z.strictObject({
  seed: z.int().default(42),
  /** Whose Q must hold an outcome. */
  require_visited: z.enum(['chosen', 'both', 'none']).default('chosen'),
  similarity: z.enum(['edit', 'overlap']).default('edit'),
  max_similarity: z.number().gte(0).lte(1).default(0.95),
  /** Least difference of the two Q values. */
  min_gap: z.number().gte(0).default(0.1),
  /** Least Q of the chosen fragment; null = no floor. */
  min_chosen_q: z.number().nullable().default(0.3),
  /** Keep only pairs of the same parameter with different values. */
  value_only: z.boolean().default(false),
  /** Most pairs of one direction of a bias (early close, refusal) per pair of the other; null = as mined. */
  max_side_ratio: z.number().gte(1).nullable().default(null),
  max_pairs: z.int().gte(1).default(4000),
  validation: z
    .strictObject({ share: z.number().gte(0).lt(1), min_count: z.int().gte(0) })
    .default({ share: 0.01, min_count: 32 }),
});

export type Params = z.infer<typeof paramsSchema>;
