import { endpointSchema } from '@itool/chat-endpoint';
import { z } from 'zod';

/** A local model decodes greedily (specs/itool.md 13.1). */
export const paramsSchema = z.strictObject({
  device: z.enum(['auto', 'native', 'wasm', 'cpu']).default('auto'),
  max_new_tokens: z.int().gte(1).default(256),
  /** `official`: the published instruction with JSON descriptions; `template`: tools through the chat template, as in training. */
  prompt: z.enum(['official', 'template']).default('template'),
  /** How ToolSearcher finds an API: by the words of its descriptors, or as the recorded search did. */
  search: z.enum(['ranker', 'oracle']).default('oracle'),
  /** Ask for the answers after calls as well, and score them with Rouge-L. */
  responses: z.boolean().default(true),
  endpoint: endpointSchema.optional(),
});

export type Params = z.infer<typeof paramsSchema>;
