import { createGenerator, sampleStreams } from '@itool/generation';
import type { Model } from '@itool/nn';
import type { BenchDtype } from './bench-arguments.ts';
import { benchIds } from './bench-model.ts';
import { median } from './median.ts';

export const PROMPT_TOKENS = 256;
export const NEW_TOKENS = 64;
const REPETITIONS = 3;

/** Decoded tokens per second with the time up to the first token subtracted, and that time. */
export type DecodeRate = { tok_s: number; prefill_s: number };

/**
 * The peer's measure: (batch x 64) / (median time of 65 new tokens - median time of 1), sampling at temperature 1 after prompts of 256
 * tokens. Every run has prompts of its own, so that none is found in the cache.
 */
export async function measureDecoding(model: Model, batch: number, dtype: BenchDtype): Promise<DecodeRate> {
  const generator = createGenerator(model, {
    max_sequences: batch,
    dtype,
    pages: batch * Math.ceil((PROMPT_TOKENS + NEW_TOKENS + 1) / 16 + 1),
    prefill_tokens: batch * PROMPT_TOKENS,
  });
  let run = 0;
  const seconds = async (max_new_tokens: number): Promise<number> => {
    run++;
    const prompts = benchIds(batch, PROMPT_TOKENS, model.config.vocab_size, 'prompt', run);
    const requests = prompts.map((prompt_ids, i) => ({
      prompt_ids,
      streams: sampleStreams(0, ['bench', run, i], 1),
      temperature: 1,
      top_p: 1,
      top_k: 0,
      max_new_tokens,
      stop_token_ids: [],
    }));
    const start = performance.now();
    const samples = await generator.generate(requests);
    const elapsed = (performance.now() - start) / 1000;
    if (samples.some(([sample]) => sample!.token_ids.length !== max_new_tokens))
      throw new Error('bench: a sample has another length than asked for');
    return elapsed;
  };
  const timed = async (newTokens: number): Promise<number> => {
    await seconds(newTokens);
    const times: number[] = [];
    for (let i = 0; i < REPETITIONS; i++) times.push(await seconds(newTokens));
    return median(times);
  };
  try {
    const first = await timed(1);
    const all = await timed(1 + NEW_TOKENS);
    return { tok_s: (batch * NEW_TOKENS) / (all - first), prefill_s: first };
  } finally {
    generator.dispose();
  }
}
