import { z } from 'zod';
import { jsonValueSchema } from './json-value.ts';

/**
 * A tool as data sets write it. Schemas in the wild are loose (`type: "dict"`, no `properties`, `input_schema` instead of
 * `parameters`), so only the name is required; readers normalise what they need and keep the rest.
 */
export const toolSchema = z.object({
  name: z.string(),
  description: z.string().optional(),
  parameters: z.record(z.string(), jsonValueSchema).optional(),
});

export type Tool = z.infer<typeof toolSchema>;
export type ToolParameters = NonNullable<Tool['parameters']>;
