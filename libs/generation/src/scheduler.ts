import { type CachePlan, forwardCached, headDim, logits, type Model } from '@itool/nn';
import { createKvCache, embed, type KvCache, tf } from '@itool/tensor';
import {
  advance,
  type CachedSequence,
  claimSlots,
  closeSequence,
  forkSequence,
  openSequence,
} from './cached-sequence.ts';
import { acceptToken, type CacheLimits, type GenerationJob, reservedPages } from './generation-job.ts';
import type { GeneratedSample } from './generation-request.ts';
import { createPagePool, PAGE_SIZE, type PagePool } from './page-pool.ts';
import { sampleToken } from './sample-token.ts';

export type SchedulerOptions = {
  /** pages of 16 tokens in the cache */
  pages: number;
  /** samples that are decoded at the same time */
  max_sequences: number;
  /** prompt tokens computed per step beside the samples' own */
  prefill_tokens: number;
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
/** A sequence that computes `count` tokens in this step. */
type Part = { sequence: CachedSequence; count: number };

/**
 * Continuous batching over a paged cache: each step computes one token of every running sample and a chunk of waiting prompts in one batch,
 * and a finished sample makes room for the next job. Prompts are computed once per job; jobs with a common prefix share its pages, the
 * later one waiting until the earlier one has computed them. What a row computes does not depend on the batch, so neither do results.
 */
export function createScheduler(model: Model, options: SchedulerOptions): Scheduler {
  const { config } = model;
  const cache = createKvCache({
    layers: config.num_hidden_layers,
    kv_heads: config.num_key_value_heads,
    head_dim: headDim(config),
    pages: options.pages,
    page_size: PAGE_SIZE,
  });
  const pool = createPagePool(options.pages);
  const counts: GenerationCounts = { prefill_tokens: 0, decode_tokens: 0, reused_tokens: 0 };
  return {
    limits: { ...options, max_position_embeddings: config.max_position_embeddings },
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
          const parts: Part[] = [...decodes.map(({ sequence }) => ({ sequence, count: 1 })), ...chunks];
          const rows = compute(model, cache, pool, parts);
          counts.decode_tokens += decodes.length;
          counts.prefill_tokens += chunks.reduce((sum, { count }) => sum + count, 0);

          const close = (job: GenerationJob, sequence: CachedSequence) => {
            closeSequence(pool, sequence);
            const left = open.get(job)! - 1;
            if (left > 0) open.set(job, left);
            else open.delete(job);
          };
          const take = (decode: Decode, row: Float32Array): boolean => {
            const { job, sample, sequence, output } = decode;
            const request = job.request!;
            const token = sampleToken(row, request, () => request.streams[sample]!.uniform());
            if (request.watch_ids !== undefined)
              output.watched_logits.push(Float32Array.from(request.watch_ids, (id) => row[id]!));
            sequence.ids.push(token.token_id);
            if (!acceptToken(job, sample, output, token)) return true;
            close(job, sequence);
            events.onSample(job, sample, output);
            return false;
          };
          const rowOf = new Map(decodes.map((decode, i) => [decode, rows[i]!]));
          for (const [i, { prefill }] of chunks.entries()) {
            const { job, sequence } = prefill;
            if (sequence.cached < sequence.ids.length) continue;
            const row = rows[rows.length - chunks.length + i]!;
            for (const sample of job.samples) {
              const decode = newDecode(job, sample, forkSequence(pool, sequence));
              decodes.push(decode);
              rowOf.set(decode, row);
            }
            closeSequence(pool, sequence);
            if (job.request !== null) continue;
            open.delete(job);
            events.onLogits(job, row);
          }
          prefills = prefills.filter(({ sequence }) => sequence.cached < sequence.ids.length);
          decodes = decodes.filter((decode) => take(decode, rowOf.get(decode)!));
          await new Promise((resolve) => setImmediate(resolve));
        }
      } finally {
        for (const { sequence } of [...prefills, ...decodes]) closeSequence(pool, sequence);
      }
    },
    dispose: () => cache.dispose(),
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
function cutChunks(prefills: readonly Prefill[], budget: number): (Part & { prefill: Prefill })[] {
  const chunks: (Part & { prefill: Prefill })[] = [];
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

/** Runs the next tokens of each part through the model; returns the logits after the last token of each. */
function compute(model: Model, cache: KvCache, pool: PagePool, parts: readonly Part[]): Float32Array[] {
  const slots = parts.flatMap(({ sequence, count }) => claimSlots(pool, cache, sequence, count));
  const ids = parts.flatMap(({ sequence, count }) => sequence.ids.slice(sequence.cached, sequence.cached + count));
  const positions = parts.flatMap(({ sequence, count }) =>
    Array.from({ length: count }, (_, i) => sequence.cached + i),
  );
  const maxPages = Math.max(...parts.map(({ sequence }) => sequence.pages.length));
  const pageTable = new Int32Array(parts.length * maxPages);
  const lastRows = new Int32Array(parts.length);
  let rows = 0;
  for (const [b, { sequence, count }] of parts.entries()) {
    pageTable.set(sequence.pages, b * maxPages);
    rows += count;
    lastRows[b] = rows - 1;
  }
  const plan: CachePlan = {
    slots: Int32Array.from(slots),
    page_table: pageTable,
    max_pages: maxPages,
    sequence: Int32Array.from(parts.flatMap(({ count }, b) => new Array<number>(count).fill(b))),
  };
  const input = { ids: Int32Array.from(ids), positions: Int32Array.from(positions) };
  // Not returned through a tidy: that looks for tensors in every element of the array.
  const rowLogits = tf.tidy(() => {
    const hidden = forwardCached(model, input, cache, plan);
    return logits(model, embed(tf.tensor1d(lastRows, 'int32'), hidden));
  });
  const all = rowLogits.dataSync<'float32'>();
  const vocab = model.config.vocab_size;
  const copies = parts.map((_, b) => all.slice(b * vocab, (b + 1) * vocab));
  rowLogits.dispose();
  for (const { sequence, count } of parts) advance(pool, sequence, count);
  return copies;
}

function newDecode(job: GenerationJob, sample: number, sequence: CachedSequence): Decode {
  const output: GeneratedSample = { token_ids: [], logprobs: [], finish_reason: 'length', watched_logits: [] };
  return { job, sample, sequence, output };
}
