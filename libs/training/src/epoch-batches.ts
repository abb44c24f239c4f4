import type { RandomStream } from '@itool/random';

/** Rows of one epoch in shuffled order, cut into batches; the last one may be smaller. */
export function epochBatches<T>(rows: readonly T[], batch_size: number, stream: RandomStream): T[][] {
  const order = stream.shuffle(rows);
  const batches: T[][] = [];
  for (let start = 0; start < order.length; start += batch_size) batches.push(order.slice(start, start + batch_size));
  return batches;
}
