import type { JsonValue } from '@itool/record';
import type { StageFacts } from '../report-data.ts';

export type PaperValue = { value: JsonValue; source: string };

const TIER_RATES: Record<string, number> = { easy: 5e-5, medium: 2e-5, hard: 1e-5 };
const TABLE_4 = 'v1 Table 4';
const TABLE_5 = 'v1 Table 5';
const TABLE_6 = 'v1 Table 6';
const APPENDIX_B = 'App. B';
const FILTERS = 'v5 App. B.1';

/** Settings that the iTool paper states (specs/itool.md 3-10, 14.4), by stage kind and parameter path. What it leaves open is absent. */
const BY_KIND: Record<string, Record<string, PaperValue>> = {
  split: {
    train_share: { value: 0.9, source: 'v5 4.1' },
    buffer_share: { value: 0.5, source: 'v5 4.1' },
  },
  sft: {
    num_train_epochs: { value: 3, source: TABLE_4 },
    train_batch_size: { value: 64, source: TABLE_4 },
    warmup_ratio: { value: 0.1, source: APPENDIX_B },
    lora_r: { value: 16, source: APPENDIX_B },
    lora_alpha: { value: 32, source: APPENDIX_B },
  },
  rank: {
    band: { value: [0, 0.1], source: 'v5 3.2' },
  },
  mine: {
    depth: { value: 3, source: TABLE_5 },
    width: { value: 3, source: TABLE_5 },
    simulation: { value: 2, source: TABLE_5 },
    iterations: { value: 5, source: TABLE_5 },
    c: { value: 1, source: TABLE_5 },
    temperature: { value: 1.5, source: TABLE_5 },
    seed: { value: 42, source: TABLE_5 },
    'judge.mode': { value: 'sampled', source: 'v5 3.2' },
    'judge.samples': { value: 4, source: 'v5 3.2' },
  },
  filter: {
    max_similarity: { value: 0.95, source: FILTERS },
    min_gap: { value: 0.1, source: FILTERS },
    min_chosen_q: { value: 0.3, source: FILTERS },
  },
  optimize: {
    'loss.kind': { value: 'simpo', source: TABLE_6 },
    num_train_epochs: { value: 2, source: TABLE_4 },
    train_batch_size: { value: 64, source: TABLE_4 },
    warmup_ratio: { value: 0.1, source: APPENDIX_B },
  },
};

/** Best setting of each preference loss (v1 Table 6). */
const BY_LOSS: Record<string, Record<string, number>> = {
  simpo: { 'loss.beta': 2.5, 'loss.gamma': 0.5, learning_rate: 1e-6 },
  dpo: { 'loss.beta': 0.1, learning_rate: 3e-7 },
  ipo: { 'loss.tau': 0.1, learning_rate: 1e-6 },
  orpo: { 'loss.lambda': 0.1, learning_rate: 3e-7 },
};

/** What the paper uses where this run uses `path` of `stage`; null when the paper does not say. */
export function paperValue(stage: StageFacts, path: string): PaperValue | null {
  if (stage.kind === 'sft' && path === 'learning_rate') {
    const rate = TIER_RATES[String(stage.params['tier'])];
    return rate === undefined ? null : { value: rate, source: TABLE_4 };
  }
  if (stage.kind === 'optimize') {
    const loss = stage.params['loss'] as { kind?: string } | undefined;
    const best = BY_LOSS[loss?.kind ?? '']?.[path];
    if (best !== undefined) return { value: best, source: TABLE_6 };
  }
  return BY_KIND[stage.kind]?.[path] ?? null;
}
