import type { Entries, Entry } from './entries.ts';
import type { KeptRuns } from './kept-runs.ts';
import type { Shelf } from './shelf.ts';
import type { Usage } from './usage.ts';

export type GarbageLimits = {
  /** milliseconds since an entry was written or last read */
  max_age_ms?: number;
  /** bytes of all entries together */
  max_bytes?: number;
};

export type Candidate = { entry: Entry; last_used: number; kept: boolean };

/** Entries to remove: those out of age, then the least recently used until the rest fits. Kept ones count as bytes and stay. */
export function planGarbage(candidates: readonly Candidate[], limits: GarbageLimits, now: number): Entry[] {
  const free = candidates.filter((c) => !c.kept).sort((a, b) => a.last_used - b.last_used);
  let bytes = candidates.reduce((sum, { entry }) => sum + entry.size, 0);
  const removed: Entry[] = [];
  for (const { entry, last_used } of free) {
    const isOld = limits.max_age_ms !== undefined && now - last_used > limits.max_age_ms;
    const isTooMuch = limits.max_bytes !== undefined && bytes > limits.max_bytes;
    if (!isOld && !isTooMuch) continue;
    removed.push(entry);
    bytes -= entry.size;
  }
  return removed;
}

export type Collected = { removed: Entry[]; bytes: number; orphans: number; kept: number; left: number };

/** Data that no document names is what a killed server leaves. A write that goes on is younger than this. */
const ORPHAN_AGE_MS = 24 * 3600 * 1000;

export async function collectGarbage(
  { shelf, entries, usage, runs }: { shelf: Shelf; entries: Entries; usage: Usage; runs: KeptRuns },
  limits: GarbageLimits,
  now: number,
  dryRun = false,
): Promise<Collected> {
  const candidates: Candidate[] = [];
  const named = new Set<string>();
  for await (const entry of entries.list()) {
    named.add(entry.data);
    const last_used = Math.max(entry.created, usage.of(entry).last);
    candidates.push({ entry, last_used, kept: runs.refersTo(entry) });
  }
  for await (const { entry } of entries.listQuarantine()) named.add(entry.data);
  const removed: Entry[] = [];
  for (const entry of planGarbage(candidates, limits, now)) {
    // Asked again: a run may have been kept since the plan was made.
    if (runs.refersTo(entry)) continue;
    if (!dryRun) {
      await entries.remove(entry);
      usage.forget(entry);
    }
    removed.push(entry);
  }
  let orphans = 0;
  for await (const { id, modified } of shelf.listData()) {
    if (named.has(id) || now - modified < ORPHAN_AGE_MS) continue;
    if (!dryRun) await shelf.removeData(id);
    orphans++;
  }
  return {
    removed,
    bytes: removed.reduce((sum, { size }) => sum + size, 0),
    orphans,
    kept: candidates.filter((c) => c.kept).length,
    left: candidates.length - removed.length,
  };
}
