import { ItoolError } from '@itool/record';
import type { GeneratedSample, GenerationRequest } from './generation-request.ts';
import { PAGE_SIZE } from './page-pool.ts';

/**
 * One pass over a prompt and what follows from it: samples of a request (all that fit into the cache at once), or with no samples just the
 * logits after the prompt.
 */
export type GenerationJob = {
  /** index in the caller's list */
  index: number;
  prompt_ids: ArrayLike<number>;
  request: GenerationRequest | null;
  /** indices of the request's samples */
  samples: number[];
  /** new tokens per sample at most, cut to the model's context */
  limit: number;
  /** pages of the prompt, at worst */
  prompt_pages: number;
  /** further pages of one sample, at worst */
  sample_pages: number;
};

export type CacheLimits = { pages: number; max_sequences: number; max_position_embeddings: number };

/** Jobs of one request: more than one when its samples do not fit into the cache together. */
export function planJobs(request: GenerationRequest, index: number, limits: CacheLimits): GenerationJob[] {
  const { prompt_ids, max_new_tokens, temperature, top_p, top_k, repetition_penalty = 1 } = request;
  if (!(max_new_tokens >= 1) || !(temperature >= 0) || !(top_p > 0) || !(top_k >= 0) || !(repetition_penalty > 0))
    throw new ItoolError({
      code: 'bad_config',
      message: `generation: setting out of range: max_new_tokens ${max_new_tokens}, temperature ${temperature}, top_p ${top_p}, top_k ${top_k}, repetition_penalty ${repetition_penalty} (>= 1, >= 0, > 0, >= 0, > 0)`,
    });
  const plain = planPrompt(prompt_ids, index, limits);
  const limit = Math.min(max_new_tokens, limits.max_position_embeddings - prompt_ids.length);
  const total = Math.ceil((prompt_ids.length + limit) / PAGE_SIZE);
  const samplePages = total - Math.floor(prompt_ids.length / PAGE_SIZE);
  const together = Math.min(limits.max_sequences, Math.floor((limits.pages - plain.prompt_pages) / samplePages));
  if (together < 1) throw tooSmall(plain.prompt_pages + samplePages, limits.pages);
  const count = temperature === 0 ? 1 : request.streams.length;
  return Array.from({ length: Math.ceil(count / together) }, (_, part) => ({
    ...plain,
    request,
    samples: Array.from({ length: Math.min(together, count - part * together) }, (_, i) => part * together + i),
    limit,
    sample_pages: samplePages,
  }));
}

/** Job that ends with the logits after the prompt. */
export function planPrompt(prompt_ids: ArrayLike<number>, index: number, limits: CacheLimits): GenerationJob {
  const { length } = prompt_ids;
  if (length < 1 || length >= limits.max_position_embeddings)
    throw new ItoolError({
      code: 'bad_data',
      message: `generation: prompt ${index} does not fit the model: ${length} tokens (1 .. ${limits.max_position_embeddings - 1})`,
      hint: 'Drop or shorten rows whose prompt does not fit; prompts are never cut.',
    });
  const promptPages = Math.ceil(length / PAGE_SIZE);
  if (promptPages > limits.pages) throw tooSmall(promptPages, limits.pages);
  return { index, prompt_ids, request: null, samples: [], limit: 0, prompt_pages: promptPages, sample_pages: 0 };
}

/** Pages to set aside for a job with `open` samples. */
export function reservedPages(job: GenerationJob, open: number): number {
  return job.prompt_pages + open * job.sample_pages;
}

/** Adds a token to a sample; true when the sample is complete. */
export function acceptToken(
  job: GenerationJob,
  sample: number,
  output: GeneratedSample,
  token: { token_id: number; logprob: number },
): boolean {
  const request = job.request!;
  output.token_ids.push(token.token_id);
  output.logprobs.push(token.logprob);
  if (request.stop_token_ids.includes(token.token_id)) {
    output.finish_reason = 'stop';
    return true;
  }
  if (request.onToken?.(token.token_id, { sample, token_ids: output.token_ids }) === 'stop') {
    output.finish_reason = 'boundary';
    return true;
  }
  return output.token_ids.length >= job.limit;
}

function tooSmall(needed: number, pages: number): ItoolError {
  return new ItoolError({
    code: 'bad_config',
    message: `generation: cache too small for one sequence: ${pages} pages of ${PAGE_SIZE} tokens (at least ${needed})`,
    hint: 'Raise pages or lower max_new_tokens.',
  });
}
