import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { ItoolError } from '@itool/record';
import { type FileDigest, fileDigest, hashFile, sha256Of } from './file-digest.ts';

/** Content-addressed blobs: `<root>/sha256/<2 hex>/<64 hex>`. */
export type Store = { root: string };

/** `$ITOOL_STORE`, or `~/.itool/store`: one store per user, shared by all checkouts. */
export function openStore(root: string = process.env['ITOOL_STORE'] || join(homedir(), '.itool', 'store')): Store {
  return { root };
}

export function blobPath(store: Store, sha256: string): string {
  return join(store.root, 'sha256', sha256.slice(0, 2), sha256);
}

/** @throws ItoolError no_space when the disk is full; no part of the blob stays behind */
export function putBytes(store: Store, bytes: Uint8Array): FileDigest {
  const sha256 = sha256Of(bytes);
  if (!hasBlob(store, { sha256, size: bytes.length })) {
    place(store, (temp) => {
      fs.writeFileSync(temp, bytes);
      return sha256;
    });
  }
  return { sha256, size: bytes.length };
}

/**
 * Copies a file into the store, hashing while it copies. A file whose digest is remembered and in the store is not read.
 *
 * @throws ItoolError no_space; the fs error when the file cannot be read
 */
export function putFile(store: Store, path: string): FileDigest {
  const known = fileDigest(path, memoRoot(store));
  if (hasBlob(store, known)) return known;
  let size = 0;
  const sha256 = place(store, (temp) => {
    const hash = createHash('sha256');
    const from = fs.openSync(path, 'r');
    try {
      const to = fs.openSync(temp, 'wx');
      try {
        const buffer = Buffer.allocUnsafe(1 << 20);
        for (let n = fs.readSync(from, buffer); n > 0; n = fs.readSync(from, buffer)) {
          fs.writeFileSync(to, buffer.subarray(0, n));
          hash.update(buffer.subarray(0, n));
          size += n;
        }
      } finally {
        fs.closeSync(to);
      }
    } finally {
      fs.closeSync(from);
    }
    return hash.digest('hex');
  });
  return { sha256, size };
}

/** True when the blob is there with the bytes that its name promises. A damaged blob is removed, so that it can be made again. */
export function hasBlob(store: Store, blob: FileDigest): boolean {
  const path = blobPath(store, blob.sha256);
  try {
    if (fileDigest(path, memoRoot(store)).sha256 === blob.sha256) return true;
    fs.rmSync(path, { force: true });
    return false;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw error;
  }
}

export type BlobState = 'intact' | 'missing' | 'damaged';

/**
 * State of a blob, for questions that must leave the store as it is: unlike `hasBlob` it removes nothing.
 *
 * @param options.rehash read all bytes, and trust no remembered digest
 */
export function inspectBlob(store: Store, blob: FileDigest, options: { rehash?: boolean } = {}): BlobState {
  const path = blobPath(store, blob.sha256);
  try {
    const sha256 = options.rehash ? hashFile(path) : fileDigest(path, memoRoot(store)).sha256;
    return sha256 === blob.sha256 ? 'intact' : 'damaged';
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'missing';
    throw error;
  }
}

/** @throws ItoolError corrupt_artifact when the blob is not in the store, or not intact */
export function readBlob(store: Store, sha256: string): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = fs.readFileSync(blobPath(store, sha256));
  } catch (cause) {
    throw damaged(`blob is not in the store: ${sha256}`, cause);
  }
  if (sha256Of(bytes) !== sha256) throw damaged(`blob is damaged: ${sha256}`);
  return bytes;
}

/** Where digests of files are remembered. */
export function memoRoot(store: Store): string {
  return join(store.root, 'memo');
}

function place(store: Store, write: (temp: string) => string): string {
  const temp = join(store.root, 'temp', `${process.pid}-${randomBytes(6).toString('hex')}`);
  try {
    fs.mkdirSync(dirname(temp), { recursive: true });
    const sha256 = write(temp);
    const path = blobPath(store, sha256);
    fs.mkdirSync(dirname(path), { recursive: true });
    fs.chmodSync(temp, 0o444);
    fs.renameSync(temp, path);
    return sha256;
  } catch (error) {
    fs.rmSync(temp, { force: true });
    throw asNoSpace(error, store.root);
  }
}

/** Turns "disk full" into an ItoolError and leaves every other error as it is. */
export function asNoSpace(error: unknown, where: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new ItoolError({
    code: 'no_space',
    message: `artifact: no space left on the disk of ${where}`,
    hint: 'Free some space, or set ITOOL_STORE to a folder on a larger disk, then run again: finished stages are kept.',
    cause: error,
  });
}

function damaged(fact: string, cause?: unknown): ItoolError {
  return new ItoolError({
    code: 'corrupt_artifact',
    message: `artifact: ${fact}`,
    hint: 'Run the pipeline again: the stage that made it will make it again.',
    cause,
  });
}
