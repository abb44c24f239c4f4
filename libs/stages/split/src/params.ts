import { z } from 'zod';

/** specs/itool.md 2.6: 90 % warm-up, 10 % validation, replay buffer = 50 % of all rows taken from the 90 %. */
export const paramsSchema = z.strictObject({
  seed: z.int().default(42),
  train_share: z.number().gt(0).lte(1).default(0.9),
  /** Share of all rows; at most `train_share`, since the buffer never takes validation rows. */
  buffer_share: z.number().gte(0).lte(1).default(0.5),
  /** Families that are trained on but never searched (a judge prompt has no call to mine). */
  outside_buffer: z.array(z.string()).default(['judge']),
});

export type Params = z.infer<typeof paramsSchema>;
