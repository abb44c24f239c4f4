import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  hasBlob,
  inspectBlob,
  type Manifest,
  manifestDigest,
  manifestText,
  type Provenance,
  provenanceText,
  readManifest,
  readProvenance,
  type Store,
  writeAtomically,
} from '@itool/artifact';

export type Result = { manifest: Manifest; provenance: Provenance };

/** True when every output is in the store and intact. */
export function isComplete(store: Store, manifest: Manifest): boolean {
  return Object.values(manifest.outputs).every((blob) => hasBlob(store, blob));
}

/** Result in the artifacts folder of a stage when it was made with `key`; its bytes may be elsewhere. */
export function resultOfKey(folder: string, key: string): Result | undefined {
  const provenance = readProvenance(join(folder, 'provenance.json'));
  const manifest = readManifest(join(folder, 'manifest.json'));
  if (provenance?.key !== key || manifest === undefined || manifestDigest(manifest) !== provenance.manifest)
    return undefined;
  return { manifest, provenance };
}

/** Result in the artifacts folder of a stage when it was made with `key` and all its bytes are in the store. */
export function resultInPlace(store: Store, folder: string, key: string): Result | undefined {
  const result = resultOfKey(folder, key);
  return result !== undefined && isComplete(store, result.manifest) ? result : undefined;
}

/**
 * Result that any stage of any pipeline of this user has made with `key`: equal work that Nx cannot see, for example a stage of a pipeline
 * that extends another one.
 */
export function resultInStore(store: Store, key: string): Result | undefined {
  return resultInPlace(store, resultFolder(store, key), key);
}

/** `resultInStore` for questions: a damaged blob stays where it is. */
export function knowsResult(store: Store, key: string): boolean {
  const known = resultOfKey(resultFolder(store, key), key);
  return (
    known !== undefined && Object.values(known.manifest.outputs).every((blob) => inspectBlob(store, blob) === 'intact')
  );
}

/** Keeps the result for others, unless there is one that they can use. */
export function shareResult(store: Store, result: Result): void {
  if (resultInStore(store, result.provenance.key) !== undefined) return;
  writeResult(resultFolder(store, result.provenance.key), result);
}

/** Forgets a shared result, so that the next run with this key computes. */
export function forgetResult(store: Store, key: string): void {
  rmSync(resultFolder(store, key), { recursive: true, force: true });
}

/** Writes provenance first and the manifest last: a folder with a manifest is complete. */
export function writeResult(folder: string, { manifest, provenance }: Result): void {
  writeIfOther(join(folder, 'provenance.json'), provenanceText(provenance));
  writeIfOther(join(folder, 'manifest.json'), manifestText(manifest));
}

function writeIfOther(path: string, text: string): void {
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeAtomically(path, text);
}

function resultFolder(store: Store, key: string): string {
  return join(store.root, 'results', key.slice(0, 2), key);
}
