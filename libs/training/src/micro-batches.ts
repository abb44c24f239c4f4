import type { RandomStream } from '@itool/random';

export type PackOptions = {
  /** tokens of a micro-batch, which bounds memory; a single row above it makes a micro-batch of its own */
  micro_batch_tokens: number;
};

/** Cuts rows, in their order, into groups of at most `micro_batch_tokens` tokens. */
export function packByTokens<Row>(rows: readonly Row[], tokens: (row: Row) => number, options: PackOptions): Row[][] {
  const groups: Row[][] = [];
  let used = 0;
  for (const row of rows) {
    const size = tokens(row);
    const open = groups[groups.length - 1];
    if (open !== undefined && used + size <= options.micro_batch_tokens) {
      open.push(row);
      used += size;
    } else {
      groups.push([row]);
      used = size;
    }
  }
  return groups;
}

/** Updates of an epoch: whole batches only, but at least one (specification section 4, as transformers' Trainer counts them). */
export function updatesPerEpoch(rows: number, batchSize: number): number {
  return rows === 0 ? 0 : Math.max(1, Math.floor(rows / batchSize));
}

/** Batches of one epoch: rows shuffled by `stream`, cut into whole batches; the rows left over sit this epoch out. */
export function epochBatches<Row>(rows: readonly Row[], batchSize: number, stream: RandomStream): Row[][] {
  const shuffled = stream.shuffle(rows);
  return Array.from({ length: updatesPerEpoch(rows.length, batchSize) }, (_, i) =>
    shuffled.slice(i * batchSize, (i + 1) * batchSize),
  );
}
