/** Sequences laid end to end without padding: N tokens in all, B sequences. */
export type FlatBatch = {
  /** [N] */
  ids: Int32Array;
  /** [N], position of each token in its own sequence */
  positions: Int32Array;
  /** [B+1] = [0, len0, len0+len1, ...] */
  cu_seqlens: number[];
};

/** Lays sequences of token ids end to end; positions count from 0 in each. */
export function flatBatch(sequences: readonly ArrayLike<number>[]): FlatBatch {
  const cuSeqlens = [0];
  for (const sequence of sequences) cuSeqlens.push(cuSeqlens[cuSeqlens.length - 1]! + sequence.length);
  const total = cuSeqlens[cuSeqlens.length - 1]!;
  const ids = new Int32Array(total);
  const positions = new Int32Array(total);
  for (const [b, sequence] of sequences.entries()) {
    ids.set(sequence, cuSeqlens[b]!);
    for (let t = 0; t < sequence.length; t++) positions[cuSeqlens[b]! + t] = t;
  }
  return { ids, positions, cu_seqlens: cuSeqlens };
}
