import { z } from 'zod';

/** What the embedded default starts from: a small Llama trained from scratch, so that nothing has to be downloaded. */
export const paramsSchema = z.strictObject({
  seed: z.int().default(42),
  /** Backend class the result was asked for; `auto` takes the best that loads. */
  device: z.enum(['auto', 'native', 'wasm', 'cpu']).default('auto'),
  tokenizer: z.strictObject({
    vocab_size: z.int().gte(270),
    /** Training dialogues whose text the merges are learned from. */
    rows: z.int().gte(1),
  }),
  /** Names of Hugging Face's config.json. */
  model: z.strictObject({
    hidden_size: z.int().gte(8),
    intermediate_size: z.int().gte(8),
    num_hidden_layers: z.int().gte(1),
    num_attention_heads: z.int().gte(1),
    num_key_value_heads: z.int().gte(1),
    max_position_embeddings: z.int().gte(32),
    rope_theta: z.number().positive().default(10000),
  }),
  pretraining: z.strictObject({
    /** `exercises`: what the ingest stage generated for it; `dialogues`: the train side itself, for corpora without exercises. */
    corpus: z.enum(['exercises', 'dialogues']).default('exercises'),
    num_train_epochs: z.int().gte(1),
    learning_rate: z.number().positive(),
    train_batch_size: z.int().gte(1),
    micro_batch_tokens: z.int().gte(1).default(8192),
    warmup_ratio: z.number().gte(0).lt(1).default(0.1),
    weight_decay: z.number().gte(0).default(0),
    max_grad_norm: z.number().positive().default(1),
    /** Weight of the loss on the prompt's own tokens (plain language modelling); the target's tokens weigh 1. */
    prompt_weight: z.number().gte(0).lte(1).default(0),
  }),
});

export type Params = z.infer<typeof paramsSchema>;
