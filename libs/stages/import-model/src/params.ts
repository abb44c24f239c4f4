import { z } from 'zod';

const path = z.string().min(1);

export const paramsSchema = z.strictObject({
  /** Folder of a model as transformers saves it. Relative to the workspace root, or absolute; `${VAR}` is taken from the environment. */
  path,
  /** Folder of a PEFT adapter of this model to go on from. */
  adapter: path.optional(),
  /** Digests that files must have, 64 hex digits by file name: pins the revision of the model. */
  sha256: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hex digits in lower case')).default({}),
});

export type Params = z.infer<typeof paramsSchema>;
