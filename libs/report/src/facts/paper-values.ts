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
    epochs: { value: 3, source: TABLE_4 },
    batch_size: { value: 64, source: TABLE_4 },
    warmup_ratio: { value: 0.1, source: APPENDIX_B },
    lora_r: { value: 16, source: APPENDIX_B },
    lora_alpha: { value: 32, source: APPENDIX_B },
  },
  rank: {
    'select.mode': { value: 'top', source: 'v5 3.2' },
    'select.share': { value: 0.1, source: 'v5 3.2' },
  },
  mine: {
    depth: { value: 3, source: TABLE_5 },
    width: { value: 3, source: TABLE_5 },
    simulations: { value: 2, source: TABLE_5 },
    iterations: { value: 5, source: TABLE_5 },
    c_puct: { value: 1, source: TABLE_5 },
    temperature: { value: 1.5, source: TABLE_5 },
    seed: { value: 42, source: TABLE_5 },
    judge_samples: { value: 4, source: 'eq. 7' },
  },
  filter: {
    max_similarity: { value: 0.95, source: FILTERS },
    min_gap: { value: 0.1, source: FILTERS },
    min_q: { value: 0.3, source: FILTERS },
  },
  optimize: {
    loss: { value: 'simpo', source: TABLE_6 },
    beta: { value: 2.5, source: TABLE_6 },
    gamma_margin: { value: 0.5, source: TABLE_6 },
    learning_rate: { value: 1e-6, source: TABLE_4 },
    epochs: { value: 2, source: TABLE_4 },
    batch_size: { value: 64, source: TABLE_4 },
    warmup_ratio: { value: 0.1, source: APPENDIX_B },
  },
};

/** What the paper uses where this run uses `path` of `stage`; null when the paper does not say. */
export function paperValue(stage: StageFacts, path: string): PaperValue | null {
  if (stage.kind === 'sft' && path === 'learning_rate') {
    const rate = TIER_RATES[String(stage.params['tier'])];
    return rate === undefined ? null : { value: rate, source: TABLE_4 };
  }
  return BY_KIND[stage.kind]?.[path] ?? null;
}
