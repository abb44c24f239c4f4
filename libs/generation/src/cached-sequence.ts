import { PAGE_SIZE, type PagePool, pageKeys } from './page-pool.ts';

/** Tokens and the pages that hold the keys and values of the first `cached` of them. */
export type CachedSequence = {
  ids: number[];
  cached: number;
  pages: number[];
  /** keys of the full pages of `ids` computed so far */
  keys: string[];
};

/**
 * Sequence that begins with the published pages of its longest known prefix. At least the last token is left to compute, since its hidden
 * state is wanted.
 */
export function openSequence(pool: PagePool, ids: ArrayLike<number>): CachedSequence {
  const keys = pageKeys(ids, []);
  const usable = Math.floor((ids.length - 1) / PAGE_SIZE);
  const pages: number[] = [];
  while (pages.length < usable) {
    const page = pool.find(keys[pages.length]!);
    if (page === undefined) break;
    pages.push(page);
  }
  return { ids: Array.from(ids), cached: pages.length * PAGE_SIZE, pages, keys };
}

/** A sequence that shares all pages with `parent` and goes its own way from here. */
export function forkSequence(pool: PagePool, parent: CachedSequence): CachedSequence {
  for (const page of parent.pages) pool.retain(page);
  return { ids: [...parent.ids], cached: parent.cached, pages: [...parent.pages], keys: [...parent.keys] };
}

export function closeSequence(pool: PagePool, sequence: CachedSequence): void {
  for (const page of sequence.pages) pool.release(page);
  sequence.pages = [];
}

/** Makes the pages of positions cached .. cached+count-1 writable by this sequence and returns the positions' slots. */
export function claimSlots(
  pool: PagePool,
  copyPage: (from: number, to: number) => void,
  sequence: CachedSequence,
  count: number,
): number[] {
  return Array.from({ length: count }, (_, i) => {
    const position = sequence.cached + i;
    const index = Math.floor(position / PAGE_SIZE);
    if (index === sequence.pages.length) sequence.pages.push(pool.allocate());
    else if (i === 0) {
      const before = sequence.pages[index]!;
      const page = pool.writable(before);
      if (page !== before) copyPage(before, page);
      sequence.pages[index] = page;
    }
    return sequence.pages[index]! * PAGE_SIZE + (position % PAGE_SIZE);
  });
}

/** Counts `count` more positions as cached and publishes the pages that are full now. */
export function advance(pool: PagePool, sequence: CachedSequence, count: number): void {
  const before = Math.floor(sequence.cached / PAGE_SIZE);
  sequence.cached += count;
  const full = Math.floor(sequence.cached / PAGE_SIZE);
  if (full === before) return;
  sequence.keys = pageKeys(sequence.ids, sequence.keys);
  for (let i = before; i < full; i++) pool.publish(sequence.keys[i]!, sequence.pages[i]!);
}
