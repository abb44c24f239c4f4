import type { Model } from '@itool/nn';
import { planJobs, planPrompt } from './generation-job.ts';
import type { GeneratedSample, GenerationRequest } from './generation-request.ts';
import { PAGE_SIZE } from './page-pool.ts';
import { createScheduler, type GenerationCounts, type SchedulerOptions } from './scheduler.ts';

export type GeneratorOptions = Partial<SchedulerOptions>;

/** Generates from one model, whose weights must not change meanwhile, and keeps computed prefixes from call to call. */
export type Generator = {
  /** Samples of each request, in order. `onSample` hears of each finished one. */
  generate(
    requests: readonly GenerationRequest[],
    onSample?: (index: number, sample: GeneratedSample) => void,
  ): Promise<GeneratedSample[][]>;
  /** Raw logits [V] of the token after each prompt. */
  nextTokenLogits(prompts: readonly ArrayLike<number>[]): Promise<Float32Array[]>;
  /** since the generator was made */
  counts: Readonly<GenerationCounts>;
  dispose(): void;
};

/**
 * Generator with a paged key/value cache. A request's result depends on the model and the request alone: neither on other requests, nor on
 * their order, nor on what is in the cache. Calls run one after the other.
 *
 * @param options.pages default: room for max_sequences sequences of full context
 * @param options.max_sequences default 64
 * @param options.prefill_tokens default 512
 * @param options.dtype default fp32
 */
export function createGenerator(model: Model, options: GeneratorOptions = {}): Generator {
  const max_sequences = options.max_sequences ?? 64;
  const scheduler = createScheduler(model, {
    max_sequences,
    pages: options.pages ?? max_sequences * Math.ceil(model.config.max_position_embeddings / PAGE_SIZE),
    prefill_tokens: options.prefill_tokens ?? 512,
    dtype: options.dtype ?? 'fp32',
  });
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
  return {
    generate: (requests, onSample) =>
      inTurn(async () => {
        const results: GeneratedSample[][] = requests.map(() => []);
        const jobs = requests.flatMap((request, index) => planJobs(request, index, scheduler.limits));
        await scheduler.run(jobs, {
          onLogits: () => undefined,
          onSample: (job, sample, output) => {
            results[job.index]![sample] = output;
            onSample?.(job.index, output);
          },
        });
        return results;
      }),
    nextTokenLogits: (prompts) =>
      inTurn(async () => {
        const results: Float32Array[] = new Array(prompts.length);
        const jobs = prompts.map((prompt, index) => planPrompt(prompt, index, scheduler.limits));
        await scheduler.run(jobs, {
          onLogits: (job, logits) => {
            results[job.index] = logits;
          },
          onSample: () => undefined,
        });
        return results;
      }),
    counts: scheduler.counts,
    dispose: scheduler.dispose,
  };
}

/** `createGenerator`, one `generate`, dispose. */
export async function generate(
  model: Model,
  requests: readonly GenerationRequest[],
  options: GeneratorOptions = {},
): Promise<GeneratedSample[][]> {
  const generator = createGenerator(model, options);
  try {
    return await generator.generate(requests);
  } finally {
    generator.dispose();
  }
}
