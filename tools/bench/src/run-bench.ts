import { countParameters, flopsPerToken, type LlamaConfig, loadModel, type Model } from '@itool/nn';
import { fmaRate, useBackend } from '@itool/tensor';
import type { BenchArguments, BenchWork } from './bench-arguments.ts';
import { benchAdapter, benchIds, benchWeights } from './bench-model.ts';
import { benchConfig } from './bench-sizes.ts';
import { measureDecoding, NEW_TOKENS, PROMPT_TOKENS } from './measure-decoding.ts';
import { measureScoring } from './measure-scoring.ts';
import { measureTraining } from './measure-training.ts';

/** One line of figures: the keys of the peer's script, and how near the machine's own limit they come. */
export type BenchFigures = Record<string, string | number>;

export const DECODE_BATCHES = [1, 8, 32] as const;

/** Measures one size in this process. Peak memory is that of the whole process: compare it from runs of one work alone. */
export async function runBench(options: BenchArguments): Promise<BenchFigures> {
  const { size, dtype, threads, batch, seq, steps } = options;
  process.env['ITOOL_THREADS'] = String(threads);
  const backend = await useBackend('auto');
  const config = benchConfig(size);
  const peak = fmaRate();
  const figures: BenchFigures = { engine: 'itool', backend: backend.name, size, dtype, threads, device: 'cpu' };
  Object.assign(figures, { batch, seq, params: countParameters(config), base_rss_mib: peakMemory() });
  if (peak !== null) figures['peak_gflop_s'] = peak;
  const share = (key: string, tokensPerSecond: number, pass: 'forward' | 'lora', context: number) => {
    figures[`${key}_tok_s`] = tokensPerSecond;
    if (peak === null) return;
    figures[`${key}_share_of_peak`] = (tokensPerSecond * flopsPerToken(config, { context, pass })) / (peak * 1e9);
  };
  const wanted = (work: BenchWork) => options.only === undefined || options.only === work;
  const ids = benchIds(batch, seq, config.vocab_size);

  if (wanted('score') || wanted('decode'))
    await withModel(config, false, async (model) => {
      if (wanted('score'))
        share('score', (batch * seq) / (await measureScoring(model, ids, steps)), 'forward', seq / 2);
      if (!wanted('decode')) return;
      for (const sequences of DECODE_BATCHES) {
        const { tok_s, prefill_s } = await measureDecoding(model, sequences, dtype);
        figures[`decode_tok_s_b${sequences}`] = tok_s;
        figures[`prefill_s_b${sequences}`] = prefill_s;
        if (peak === null) continue;
        const flops = flopsPerToken(config, { context: PROMPT_TOKENS + NEW_TOKENS / 2, pass: 'forward' });
        figures[`decode_share_of_peak_b${sequences}`] = (tok_s * flops) / (peak * 1e9);
      }
    });
  if (wanted('train'))
    await withModel(config, true, async (model) => {
      const seconds = await measureTraining(model, ids, steps);
      share('train', (batch * seq) / seconds, 'lora', seq / 2);
      figures['train_step_s'] = seconds;
    });
  figures['rss_mib'] = peakMemory();
  return figures;
}

async function withModel(config: LlamaConfig, adapted: boolean, work: (model: Model) => Promise<void>): Promise<void> {
  const lora = adapted ? { lora: benchAdapter(config) } : {};
  const model = loadModel({ config, weights: benchWeights(config), ...lora });
  try {
    await work(model);
  } finally {
    model.dispose();
  }
}

/** MiB of the process at its peak so far */
function peakMemory(): number {
  return process.resourceUsage().maxRSS / 1024;
}
