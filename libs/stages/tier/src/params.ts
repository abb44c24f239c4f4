import { z } from 'zod';

/** specs/itool.md 3: v5 thresholds (default) or v1 tertiles. */
export const paramsSchema = z.strictObject({
  mode: z.enum(['thresholds', 'tertiles']).default('thresholds'),
  /** Measure c of a dialogue with several assistant turns. */
  calls: z.enum(['sum', 'max', 'last']).default('sum'),
});

export type Params = z.infer<typeof paramsSchema>;
