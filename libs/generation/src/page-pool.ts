import { createHash } from 'node:crypto';

export const PAGE_SIZE = 16;

/**
 * Pages of a KvCache with reference counts. A full page may be published under the key of the tokens up to its end; it can then be found by
 * others, also after its last owner has gone, until memory runs short and the longest idle page is taken again. Full pages are never
 * written, so an owner of a page that it does not fill writes into a copy when the page has other owners (see `writable`).
 */
export type PagePool = {
  /** A page with one reference. @throws when every page is referenced; callers reserve before they allocate */
  allocate(): number;
  retain(page: number): void;
  release(page: number): void;
  /** The page itself when the caller is its only owner, else a new one that the caller has to copy it into. */
  writable(page: number): number;
  /** Page published under `key`, retained for the caller. */
  find(key: string): number | undefined;
  publish(key: string, page: number): void;
};

export function createPagePool(pages: number): PagePool {
  const references = new Int32Array(pages);
  const keys: (string | undefined)[] = new Array(pages).fill(undefined);
  const byKey = new Map<string, number>();
  const free = Array.from({ length: pages }, (_, i) => pages - 1 - i);
  /** Published pages without an owner, longest idle first. */
  const idle = new Set<number>();

  const allocate = (): number => {
    const page = free.pop() ?? idle.values().next().value;
    if (page === undefined) throw new Error(`generation: all pages are in use: ${pages}`);
    idle.delete(page);
    const key = keys[page];
    if (key !== undefined) byKey.delete(key);
    keys[page] = undefined;
    references[page] = 1;
    return page;
  };
  const retain = (page: number): void => {
    idle.delete(page);
    references[page]!++;
  };
  const release = (page: number): void => {
    references[page]!--;
    if (references[page]! > 0) return;
    if (keys[page] === undefined) free.push(page);
    else idle.add(page);
  };
  return {
    allocate,
    retain,
    release,
    writable: (page) => {
      if (references[page] === 1) return page;
      const copy = allocate();
      release(page);
      return copy;
    },
    find: (key) => {
      const page = byKey.get(key);
      if (page !== undefined) retain(page);
      return page;
    },
    publish: (key, page) => {
      if (byKey.has(key) || keys[page] !== undefined) return;
      keys[page] = key;
      byKey.set(key, page);
    },
  };
}

/**
 * Keys of the full pages among `ids`, given those of the first pages: each names all tokens up to the end of its page (a chain of sha256),
 * so equal keys mean equal keys and values in the cache.
 */
export function pageKeys(ids: ArrayLike<number>, known: readonly string[]): string[] {
  const keys = [...known];
  while ((keys.length + 1) * PAGE_SIZE <= ids.length) {
    const tokens = Int32Array.from({ length: PAGE_SIZE }, (_, i) => ids[keys.length * PAGE_SIZE + i]!);
    keys.push(
      createHash('sha256')
        .update(keys[keys.length - 1] ?? '')
        .update(tokens)
        .digest('base64'),
    );
  }
  return keys;
}
