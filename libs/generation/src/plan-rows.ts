import type { DecoderRows } from '@itool/tensor';
import { type CachedSequence, claimSlots } from './cached-sequence.ts';
import type { PagePool } from './page-pool.ts';

/**
 * Rows of a step: the next `count` tokens of each part, whose slots are claimed here. The last row of each part that is in `outputs` is an
 * output row, in the order of `outputs`.
 *
 * @param copyPage called for a shared page that a part is about to write into
 */
export function planRows(
  pool: PagePool,
  copyPage: (from: number, to: number) => void,
  parts: readonly { sequence: CachedSequence; count: number }[],
  outputs: readonly { sequence: CachedSequence }[],
): DecoderRows {
  let total = 0;
  for (const { count } of parts) total += count;
  const ids = new Int32Array(total);
  const positions = new Int32Array(total);
  const slots = new Int32Array(total);
  const sequence = new Int32Array(total);
  const lastRow = new Map<CachedSequence, number>();
  let row = 0;
  let max_pages = 0;
  for (const [b, part] of parts.entries()) {
    const { sequence: own, count } = part;
    slots.set(claimSlots(pool, copyPage, own, count), row);
    for (let i = 0; i < count; i++, row++) {
      ids[row] = own.ids[own.cached + i]!;
      positions[row] = own.cached + i;
      sequence[row] = b;
    }
    lastRow.set(own, row - 1);
    max_pages = Math.max(max_pages, own.pages.length);
  }
  const page_table = new Int32Array(parts.length * max_pages);
  for (const [b, part] of parts.entries()) page_table.set(part.sequence.pages, b * max_pages);
  const output_rows = Int32Array.from(outputs, (output) => lastRow.get(output.sequence)!);
  return { ids, positions, slots, sequence, page_table, max_pages, output_rows };
}
