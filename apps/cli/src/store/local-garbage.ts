import { readdirSync, rmSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Manifest, readManifest, type Store } from '@itool/artifact';
import { knownCheckouts } from '@itool/stage';

export type LocalBlob = { sha256: string; path: string; size: number; last_used: number };

export type LocalLimits = {
  /** milliseconds since last use */
  max_age_ms: number;
  max_bytes?: number;
};

/** What a run that goes on may just have written, and names in no manifest yet. */
const YOUNG_MS = 3600 * 1000;

/**
 * Blobs to remove: those out of age, then the least recently used until the rest fits. What a manifest of a checkout refers to stays, and so
 * does what is younger than an hour.
 */
export function planLocalGarbage(
  blobs: readonly LocalBlob[],
  referenced: ReadonlySet<string>,
  limits: LocalLimits,
  now: number,
): LocalBlob[] {
  let bytes = blobs.reduce((sum, { size }) => sum + size, 0);
  const free = blobs.filter((blob) => !referenced.has(blob.sha256) && now - blob.last_used > YOUNG_MS);
  return free
    .sort((a, b) => a.last_used - b.last_used || (a.sha256 < b.sha256 ? -1 : 1))
    .filter(({ size, last_used }) => {
      const goes = now - last_used > limits.max_age_ms || (limits.max_bytes !== undefined && bytes > limits.max_bytes);
      if (goes) bytes -= size;
      return goes;
    });
}

export function listBlobs(store: Store): LocalBlob[] {
  const folder = join(store.root, 'sha256');
  return entriesOf(folder).flatMap((part) =>
    entriesOf(join(folder, part)).flatMap((sha256) => {
      const path = join(folder, part, sha256);
      const stat = statOf(path);
      return stat === undefined
        ? []
        : [{ sha256, path, size: stat.size, last_used: Math.max(stat.atimeMs, stat.mtimeMs) }];
    }),
  );
}

/** Manifests of the present results of every checkout that has used the store and is still there. */
export function manifestsInUse(store: Store, workspace: string): Manifest[] {
  const checkouts = [...new Set([...knownCheckouts(store), workspace])];
  return checkouts.flatMap((checkout) => {
    const artifacts = join(checkout, '.itool', 'artifacts');
    return entriesOf(artifacts).flatMap((pipeline) =>
      entriesOf(join(artifacts, pipeline)).flatMap(
        (stage) => readManifest(join(artifacts, pipeline, stage, 'manifest.json')) ?? [],
      ),
    );
  });
}

/** Shared results that refer to a removed blob are of no more use. */
export function removeResults(store: Store, removed: ReadonlySet<string>): number {
  const folder = join(store.root, 'results');
  let count = 0;
  for (const part of entriesOf(folder))
    for (const key of entriesOf(join(folder, part))) {
      const path = join(folder, part, key);
      const manifest = readManifest(join(path, 'manifest.json'));
      if (manifest !== undefined && !Object.values(manifest.outputs).some(({ sha256 }) => removed.has(sha256)))
        continue;
      rmSync(path, { recursive: true, force: true });
      count++;
    }
  return count;
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
