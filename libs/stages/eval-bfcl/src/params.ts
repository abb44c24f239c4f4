import { z } from 'zod';

/** A server with an OpenAI-compatible chat interface, instead of a model in role `policy`. */
const endpointSchema = z.strictObject({
  /** Base address, for example `http://localhost:8000/v1`. */
  url: z.url(),
  /** Name of the model as the server knows it. */
  model: z.string().min(1),
  /** `fc` gives the functions as tools, `prompt` in the system message. */
  mode: z.enum(['prompt', 'fc']).default('prompt'),
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

/** A local model decodes greedily (specs/itool.md 13.1). */
export const paramsSchema = z.strictObject({
  device: z.enum(['auto', 'native', 'wasm', 'cpu']).default('auto'),
  /** How the frozen matrices lie in memory; `nf4` with an adapter is QLoRA. What is trained, and what is merged into, stays fp32. */
  weight_storage: z.enum(['fp32', 'bf16', 'nf4']).default('fp32'),
  max_new_tokens: z.int().gte(1).default(512),
  /** How functions reach a model in prompt mode: through its chat template, or in BFCL's system message of v3 or v4. */
  prompt: z.enum(['template', 'v3', 'v4']).default('template'),
  /** Clean-up rule of the decoder (specs/bfcl.md 3.1). */
  strip: z.enum(['v3', 'v4']).default('v4'),
  /** Averages of the last v3 release, or of v4 (specs/bfcl.md 7). */
  formula: z.enum(['v3last', 'head']).default('v3last'),
  endpoint: endpointSchema.optional(),
});

export type Params = z.infer<typeof paramsSchema>;
export type EndpointParams = z.infer<typeof endpointSchema>;
