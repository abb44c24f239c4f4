import type { Model } from '@itool/nn';
import { ItoolError } from '@itool/record';
import type { DecoderSample } from '@itool/tensor';
import { advance, type CachedSequence, closeSequence, forkSequence, openSequence } from './cached-sequence.ts';
import { type DecoderDtype, modelDecoder } from './decoder.ts';
import { acceptToken, type CacheLimits, type GenerationJob, reservedPages } from './generation-job.ts';
import type { GeneratedSample } from './generation-request.ts';
import { createPagePool, PAGE_SIZE, type PagePool } from './page-pool.ts';
import { planRows } from './plan-rows.ts';

export type SchedulerOptions = {
  /** pages of 16 tokens in the cache */
  pages: number;
  /** samples that are decoded at the same time */
  max_sequences: number;
  /** prompt tokens computed per step beside the samples' own */
  prefill_tokens: number;
  /** of the weights that the decoder computes with */
  dtype: DecoderDtype;
};

/** Tokens that went through the model, and prompt tokens that did not because the cache had them. */
export type GenerationCounts = { prefill_tokens: number; decode_tokens: number; reused_tokens: number };

export type JobEvents = {
  onLogits(job: GenerationJob, logits: Float32Array): void;
  onSample(job: GenerationJob, sample: number, output: GeneratedSample): void;
};

export type Scheduler = {
  limits: CacheLimits;
  counts: GenerationCounts;
  run(jobs: readonly GenerationJob[], events: JobEvents): Promise<void>;
  dispose(): void;
};

type Prefill = { job: GenerationJob; sequence: CachedSequence };
type Decode = { job: GenerationJob; sample: number; sequence: CachedSequence; output: GeneratedSample };
type Chunk = { prefill: Prefill; sequence: CachedSequence; count: number };
/** A sample whose next token comes out of this step; `output` is the row of logits. */
type Draw = { output: number; job: GenerationJob; sample: number; seen: ArrayLike<number> };

/**
 * Continuous batching over a paged cache: each step computes one token of every running sample and a chunk of waiting prompts in one batch,
 * and a finished sample makes room for the next job. Prompts are computed once per job; jobs with a common prefix share its pages, the
 * later one waiting until the earlier one has computed them. What a row computes does not depend on the batch, so neither do results.
 */
export function createScheduler(model: Model, options: SchedulerOptions): Scheduler {
  const decoder = modelDecoder(model, options.pages, options.dtype);
  const pool = createPagePool(options.pages);
  const counts: GenerationCounts = { prefill_tokens: 0, decode_tokens: 0, reused_tokens: 0 };
  return {
    limits: { ...options, max_position_embeddings: model.config.max_position_embeddings },
    counts,
    run: async (jobs, events) => {
      let waiting = [...jobs];
      let prefills: Prefill[] = [];
      let decodes: Decode[] = [];
      const open = new Map<GenerationJob, number>();
      try {
        while (waiting.length + prefills.length + decodes.length > 0) {
          const admitted = admit(waiting, prefills, open, pool, options);
          waiting = waiting.filter((job) => !open.has(job));
          prefills.push(...admitted);
          for (const { sequence } of admitted) counts.reused_tokens += sequence.cached;

          const chunks = cutChunks(prefills, options.prefill_tokens);
          const finished = chunks.filter(({ sequence, count }) => sequence.cached + count === sequence.ids.length);
          const advancing = [...decodes.map(({ sequence }) => ({ sequence, count: 1 })), ...chunks];
          const rows = planRows(pool, decoder.copyPage, advancing, [...decodes, ...finished]);
          const draws: Draw[] = decodes.map(({ job, sample, sequence }, output) => ({
            output,
            job,
            sample,
            seen: sequence.ids,
          }));
          for (const [i, { prefill, sequence }] of finished.entries())
            for (const sample of prefill.job.samples)
              draws.push({ output: decodes.length + i, job: prefill.job, sample, seen: sequence.ids });
          const running = decodes.length;
          const wanted = wantedOutputs(decodes, finished);
          const result = decoder.step(rows, draws.map(decoderSample), Int32Array.from(wanted));
          for (const { sequence, count } of advancing) advance(pool, sequence, count);
          counts.decode_tokens += running;
          counts.prefill_tokens += chunks.reduce((sum, { count }) => sum + count, 0);

          const vocab = model.config.vocab_size;
          const logitsOf = (output: number) => {
            const at = wanted.indexOf(output);
            return result.logits.subarray(at * vocab, (at + 1) * vocab);
          };
          const close = (job: GenerationJob, sequence: CachedSequence) => {
            closeSequence(pool, sequence);
            const left = open.get(job)! - 1;
            if (left > 0) open.set(job, left);
            else open.delete(job);
          };
          for (const [i, { prefill }] of finished.entries()) {
            const { job, sequence } = prefill;
            for (const sample of job.samples) decodes.push(newDecode(job, sample, forkSequence(pool, sequence)));
            closeSequence(pool, sequence);
            if (job.request !== null) continue;
            open.delete(job);
            events.onLogits(job, logitsOf(running + i).slice());
          }
          prefills = prefills.filter(({ sequence }) => sequence.cached < sequence.ids.length);
          decodes = decodes.filter((decode, i) => {
            const { job, sample, sequence, output } = decode;
            const token = { token_id: result.tokens[i]!, logprob: result.logprobs[i]! };
            if (token.token_id < 0) throw notFinite(job);
            const watched = job.request!.watch_ids;
            if (watched !== undefined) {
              const logits = logitsOf(draws[i]!.output);
              output.watched_logits.push(Float32Array.from(watched, (id) => logits[id]!));
            }
            sequence.ids.push(token.token_id);
            if (!acceptToken(job, sample, output, token)) return true;
            close(job, sequence);
            events.onSample(job, sample, output);
            return false;
          });
          await new Promise((resolve) => setImmediate(resolve));
        }
      } finally {
        for (const { sequence } of [...prefills, ...decodes]) closeSequence(pool, sequence);
      }
    },
    dispose: () => decoder.dispose(),
  };
}

/** Opens waiting jobs, in their order, for which sequences and worst-case pages are free, and whose prefix nobody is computing right now. */
function admit(
  waiting: readonly GenerationJob[],
  prefills: readonly Prefill[],
  open: Map<GenerationJob, number>,
  pool: PagePool,
  options: SchedulerOptions,
): Prefill[] {
  const pending = new Set(
    prefills.flatMap(({ sequence }) => sequence.keys.slice(Math.floor(sequence.cached / PAGE_SIZE))),
  );
  let sequences = 0;
  let pages = 0;
  for (const [job, left] of open) {
    sequences += Math.max(1, left);
    pages += reservedPages(job, left);
  }
  const admitted: Prefill[] = [];
  for (const job of waiting) {
    const needed = reservedPages(job, job.samples.length);
    const width = Math.max(1, job.samples.length);
    if (sequences + width > options.max_sequences || pages + needed > options.pages) break;
    const sequence = openSequence(pool, job.prompt_ids);
    const missing = sequence.keys.slice(sequence.pages.length);
    if (missing[0] !== undefined && pending.has(missing[0])) {
      closeSequence(pool, sequence);
      continue;
    }
    for (const key of missing) pending.add(key);
    open.set(job, job.samples.length);
    sequences += width;
    pages += needed;
    admitted.push({ job, sequence });
  }
  return admitted;
}

/** Next tokens of the prompts, the oldest first, `budget` in all. */
function cutChunks(prefills: readonly Prefill[], budget: number): Chunk[] {
  const chunks: Chunk[] = [];
  let left = budget;
  for (const prefill of prefills) {
    const { sequence } = prefill;
    const count = Math.min(left, sequence.ids.length - sequence.cached);
    if (count === 0) break;
    chunks.push({ prefill, sequence, count });
    left -= count;
  }
  return chunks;
}

/** Rows of logits that somebody looks at: those after a bare prompt, and those that watched tokens are chosen from. */
function wantedOutputs(decodes: readonly Decode[], finished: readonly Chunk[]): number[] {
  const jobs = [...decodes.map(({ job }) => job), ...finished.map(({ prefill }) => prefill.job)];
  return jobs.flatMap(({ request }, output) => (request === null || request.watch_ids !== undefined ? [output] : []));
}

/** The settings of a draw and its random number: one per token, none at temperature 0. */
function decoderSample({ output, job, sample, seen }: Draw): DecoderSample {
  const { temperature, top_p, top_k, repetition_penalty = 1, streams } = job.request!;
  const uniform = temperature === 0 ? 0 : streams[sample]!.uniform();
  return { output, uniform, temperature, top_p, top_k, repetition_penalty, seen };
}

function notFinite({ index }: GenerationJob): ItoolError {
  return new ItoolError({
    code: 'bad_data',
    message: `generation: logits are not finite: request ${index}`,
    hint: 'The weights of the model are damaged, or its training has diverged.',
  });
}

function newDecode(job: GenerationJob, sample: number, sequence: CachedSequence): Decode {
  const output: GeneratedSample = { token_ids: [], logprobs: [], finish_reason: 'length', watched_logits: [] };
  return { job, sample, sequence, output };
}
