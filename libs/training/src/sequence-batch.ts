import { type FlatBatch, flatBatch } from '@itool/nn';

/** A tokenised dialogue. The loss covers the tokens of `spans`; `prompt_weight` (default 0) is what all others weigh. */
export type SequenceRow = {
  row_id: string;
  ids: ArrayLike<number>;
  spans: readonly { start: number; end: number }[];
  prompt_weight?: number;
};

/** A flat batch with the tokens to predict: `rows[m]` is the position before target m, `cu_seqlens` borders them by sequence. */
export type SequenceBatch = {
  batch: FlatBatch;
  /** [M] rows of the hidden states */
  rows: Int32Array;
  /** [M] token ids */
  targets: Int32Array;
  /** [M] loss weights */
  weights: Float32Array;
  /** [B+1] borders in the M targets */
  cu_seqlens: number[];
};

/** Lays rows end to end; target tokens without weight are left out, so that they cost no pass through the head. */
export function sequenceBatch(sequences: readonly SequenceRow[]): SequenceBatch {
  const batch = flatBatch(sequences.map((sequence) => sequence.ids));
  const rows: number[] = [];
  const targets: number[] = [];
  const weights: number[] = [];
  const cu_seqlens = [0];
  sequences.forEach(({ ids, spans, prompt_weight = 0 }, b) => {
    const offset = batch.cu_seqlens[b]!;
    for (let t = 1; t < ids.length; t++) {
      const weight = spans.some(({ start, end }) => t >= start && t < end) ? 1 : prompt_weight;
      if (weight === 0) continue;
      rows.push(offset + t - 1);
      targets.push(ids[t]!);
      weights.push(weight);
    }
    cu_seqlens.push(targets.length);
  });
  return {
    batch,
    rows: Int32Array.from(rows),
    targets: Int32Array.from(targets),
    weights: Float32Array.from(weights),
    cu_seqlens,
  };
}

/** Tokens of a row that the loss covers with weight 1. */
export function targetTokens({ spans }: SequenceRow): number {
  return spans.reduce((sum, { start, end }) => sum + end - Math.max(1, start), 0);
}
