import { z } from 'zod';
import { type JsonObject, jsonValueSchema } from './json-value.ts';

export const toolCallSchema = z.object({ name: z.string(), arguments: z.record(z.string(), jsonValueSchema) });

/** One call. Arguments keep the order in which they were written. */
export type ToolCall = { name: string; arguments: JsonObject };
