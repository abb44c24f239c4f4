import { jsonValueSchema } from '@itool/record';
import { z } from 'zod';

const stageSchema = z.strictObject({
  kind: z.string().describe('folder below libs/stages'),
  needs: z.record(z.string(), z.union([z.string(), z.array(z.string())])).default({}),
  params: z.record(z.string(), jsonValueSchema).default({}),
});

/** pipeline.json after `extends` has been merged. */
export const pipelineSchema = z.strictObject({
  /** Part of project names and paths; a dot ends it in the name of a stage. */
  name: z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected lower-case letters, digits and "-", a letter first'),
  description: z.string().optional(),
  stages: z.record(z.string(), stageSchema),
  iteration: z
    .strictObject({
      count: z.int().min(1).max(50),
      stages: z.record(z.string(), stageSchema),
      /** iteration number -> stage -> params merged over those that all iterations have */
      overrides: z.record(z.string(), z.record(z.string(), z.record(z.string(), jsonValueSchema))).default({}),
    })
    .optional(),
});

export type PipelineFile = z.infer<typeof pipelineSchema>;
export type StageEntry = z.infer<typeof stageSchema>;
