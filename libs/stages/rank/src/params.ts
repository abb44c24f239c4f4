import { z } from 'zod';

/** specs/itool.md 5: perplexity of the target turn, hardest 10 % per class; specs/miniature.md 3: a band for weak policies. */
export const paramsSchema = z.strictObject({
  device: z.enum(['auto', 'native', 'wasm', 'cpu']).default('auto'),
  select: z.discriminatedUnion('mode', [
    /** The `share` of highest perplexity (paper: 0.1). */
    z.strictObject({ mode: z.literal('top'), share: z.number().gt(0).lte(1) }),
    /** Rows between two shares counted from the hardest: low 0.1, high 0.5 skips the hardest tenth. */
    z.strictObject({ mode: z.literal('band'), low: z.number().gte(0).lt(1), high: z.number().gt(0).lte(1) }),
  ]),
  /** Classes that are searched, each ranked by itself. */
  classes: z.array(z.enum(['call', 'no_call'])).default(['call', 'no_call']),
  /** At most this many prompts, drawn by a hash of the row id; null = no limit. */
  max_prompts: z.int().gte(1).nullable().default(null),
  cutoff_len: z.int().gte(16).default(8192),
});

export type Params = z.infer<typeof paramsSchema>;
