import { type SequenceBatch, type SequenceRow, sequenceBatch } from './sequence-batch.ts';

/** A preference pair as token ids; the loss covers chosen and rejected, never the prompt (specs/itool.md 8). */
export type PreferenceRow = {
  pair_id: string;
  prompt_ids: ArrayLike<number>;
  chosen_ids: ArrayLike<number>;
  rejected_ids: ArrayLike<number>;
};

/** 2P sequences: all chosen ones, then the rejected ones in the same order, as `pairLogProbs` of @itool/loss wants them. */
export function preferenceBatch(pairs: readonly PreferenceRow[]): SequenceBatch {
  const side = (name: 'chosen_ids' | 'rejected_ids'): SequenceRow[] =>
    pairs.map((pair) => {
      const ids = [...Array.from(pair.prompt_ids), ...Array.from(pair[name])];
      return { row_id: pair.pair_id, ids, spans: [{ start: pair.prompt_ids.length, end: ids.length }] };
    });
  return sequenceBatch([...side('chosen_ids'), ...side('rejected_ids')]);
}
