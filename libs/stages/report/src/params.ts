import { z } from 'zod';

export const paramsSchema = z.strictObject({
  title: z.string().min(1),
  /** Name of the model that an evaluation stage measures; else `eval-base` is "base", `eval-sft` "SFT", `eval-2` "iteration 2". */
  labels: z.record(z.string(), z.string()).default({}),
});

/** The report shows the parameters of all stages. */
export const readsDefinitions = true;

export type Params = z.infer<typeof paramsSchema>;
