import { z } from 'zod';

/** A server with an OpenAI-compatible chat interface, as a stage names it instead of a model in role `policy`. */
export const endpointSchema = z.strictObject({
  /** Base address, for example `http://localhost:8000/v1`. */
  url: z.url(),
  /** Name of the model as the server knows it. */
  model: z.string().min(1),
  /** Environment variable with the API key; the key itself is part of no artifact. */
  api_key_env: z
    .string()
    .regex(/^[A-Za-z_]\w*$/)
    .optional(),
  /** BFCL's own default. */
  temperature: z.number().min(0).default(0.001),
  timeout_s: z.number().positive().default(120),
  retries: z.int().min(0).default(5),
  /** Requests under way at once. */
  concurrency: z.int().min(1).default(8),
});

export type EndpointParams = z.infer<typeof endpointSchema>;
