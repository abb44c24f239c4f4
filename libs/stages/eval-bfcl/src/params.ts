import { z } from 'zod';

/** Greedy decoding (specs/itool.md 13.1); BFCL's own default is temperature 0.001. */
export const paramsSchema = z.strictObject({
  device: z.enum(['auto', 'native', 'wasm', 'cpu']).default('auto'),
  max_new_tokens: z.int().gte(1).default(512),
  /** Clean-up rule of the decoder (specs/bfcl.md 3.1). */
  strip: z.enum(['v3', 'v4']).default('v4'),
});

export type Params = z.infer<typeof paramsSchema>;
