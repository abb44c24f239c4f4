import { z } from 'zod';

export const paramsSchema = z.strictObject({
  /** Name of the output -> file. */
  files: z.record(
    z.string(),
    z.strictObject({
      /** Relative to the workspace root, or absolute; `${VAR}` is taken from the environment. */
      path: z.string().min(1),
      /** Digest that the file must have, 64 hex digits. */
      sha256: z
        .string()
        .regex(/^[0-9a-f]{64}$/, 'expected 64 hex digits in lower case')
        .optional(),
    }),
  ),
});
