import {
  apiBankConfigSchema,
  evaluationConfigSchema,
  pretrainingConfigSchema,
  trainingConfigSchema,
} from '@itool/dataset-synthetic';
import { DIALOGUE_FORMATS } from '@itool/dialogue';
import { z } from 'zod';

export const paramsSchema = z.strictObject({
  /** Parts of the synthetic corpus to generate. */
  synthetic: z
    .strictObject({
      training: trainingConfigSchema.optional(),
      pretraining: pretrainingConfigSchema.optional(),
      evaluation: evaluationConfigSchema.optional(),
      /** Dialogues and databases in API-Bank's form. */
      api_bank: apiBankConfigSchema.optional(),
    })
    .optional(),
  /** Real rows by data set name (column `source`); `file` is an output of the import stage in role `files`. */
  sources: z
    .record(
      z.string(),
      z.strictObject({
        file: z.string(),
        format: z.enum(DIALOGUE_FORMATS),
        /** First rows of the file that are kept. */
        max_rows: z.int().min(1).optional(),
      }),
    )
    .optional(),
  /** BFCL files by category; `rows` takes that many by the hash of their ids. */
  bfcl: z
    .record(
      z.string(),
      z.strictObject({ questions: z.string(), answers: z.string().optional(), rows: z.int().min(1).optional() }),
    )
    .optional(),
  /** Adds cases made of the first `rows` training rows that end in calls of their own tools: a test of learning by heart. */
  evaluation_from_training: z.strictObject({ rows: z.int().min(1) }).optional(),
  /** Ids of rows to leave out of `rows` and `pretraining`, for example after a request for erasure; no other row changes its id. */
  exclude_rows: z.array(z.string()).default([]),
});

export type Params = z.infer<typeof paramsSchema>;
