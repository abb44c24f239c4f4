import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { dirname, join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { blobPath, type FileDigest, hasBlob, type Store } from '@itool/artifact';

/**
 * Data that a team shares, through the gateway that `itool run` starts (libs/cache-gateway). Nothing here throws: what cannot be had is
 * computed, and what cannot be given stays here.
 */
export type RemoteBlobs = {
  /** Those of `blobs` that are not there. */
  missing: (blobs: readonly FileDigest[]) => Promise<FileDigest[]>;
  /** True when the blob is in `store` now; its digest has been checked. */
  fetch: (store: Store, blob: FileDigest) => Promise<boolean>;
  /** True when the blob is there now. */
  push: (store: Store, blob: FileDigest) => Promise<boolean>;
  /** Asks the gateway not to hand on the result of the task of Nx that runs now. */
  withhold: () => Promise<void>;
};

const AT_ONCE = 8;
const TRIES = 2;
/** The gateway gives up on a silent server before; this is for a silent gateway. */
const SILENCE_MS = 60_000;

/** @param env ITOOL_CACHE_GATEWAY and ITOOL_CACHE_GATEWAY_TOKEN say where the gateway is; undefined without them */
export function openRemoteBlobs(env: NodeJS.ProcessEnv = process.env): RemoteBlobs | undefined {
  const { ITOOL_CACHE_GATEWAY: url, ITOOL_CACHE_GATEWAY_TOKEN: token, NX_TASK_HASH: task } = env;
  if (!url || !token) return undefined;
  const ask = (
    method: string,
    path: string,
    body?: { size: number; stream: () => Readable },
  ): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-length': body.size }),
      };
      const asked = request(`${url}${path}`, { method, headers, timeout: SILENCE_MS }, resolve);
      asked.on('timeout', () => asked.destroy(new Error('the gateway is silent')));
      asked.on('error', reject);
      if (body === undefined) asked.end();
      else pipeline(body.stream(), asked).catch(reject);
    });
  const status = async (...args: Parameters<typeof ask>): Promise<{ code?: number; length?: string }> => {
    try {
      const answer = await ask(...args);
      answer.resume();
      return { code: answer.statusCode, length: answer.headers['content-length'] };
    } catch {
      return {};
    }
  };
  const isThere = async ({ sha256, size }: FileDigest): Promise<boolean> => {
    const { code, length } = await status('HEAD', pathOf(sha256));
    return code === 200 && length === String(size);
  };
  return {
    missing: async (blobs) => {
      const there = await inParallel(blobs, AT_ONCE, isThere);
      return blobs.filter((_, i) => !there[i]);
    },
    fetch: async (store, blob) => {
      for (let i = 0; i < TRIES; i++) {
        if (hasBlob(store, blob)) return true;
        const temp = join(store.root, 'temp', `${process.pid}-${randomBytes(6).toString('hex')}`);
        try {
          const answer = await ask('GET', pathOf(blob.sha256));
          if (answer.statusCode !== 200) {
            answer.resume();
            return false;
          }
          await mkdir(dirname(temp), { recursive: true });
          if (await writeChecked(answer, temp, blob)) {
            const path = blobPath(store, blob.sha256);
            await mkdir(dirname(path), { recursive: true });
            await chmod(temp, 0o444);
            await rename(temp, path);
            return true;
          }
        } catch {
          // Broken off, or the disk is full: computing will say so.
        } finally {
          await rm(temp, { force: true });
        }
      }
      return false;
    },
    push: async (store, blob) => {
      if (await isThere(blob)) return true;
      const stream = (): Readable => createReadStream(blobPath(store, blob.sha256));
      const { code } = await status('PUT', pathOf(blob.sha256), { size: blob.size, stream });
      return code === 200 || code === 409;
    },
    withhold: async () => {
      if (task !== undefined) await status('POST', `/v1/withhold/${task}`);
    },
  };
}

/** Work on each item, `at_once` at a time; results in the order of the items. */
export async function inParallel<T, R>(
  items: readonly T[],
  at_once: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const i = next++;
      results[i] = await work(items[i]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(at_once, items.length) }, worker));
  return results;
}

function pathOf(sha256: string): string {
  return `/v1/blobs/sha256/${sha256}`;
}

/** True when the bytes are those that the blob promises. Never more than `blob.size` bytes are written. */
async function writeChecked(body: Readable, temp: string, blob: FileDigest): Promise<boolean> {
  const hash = createHash('sha256');
  let size = 0;
  const check = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      size += chunk.length;
      hash.update(chunk);
      done(size > blob.size ? new Error('longer than promised') : null, chunk);
    },
  });
  await pipeline(body, check, createWriteStream(temp, { flags: 'wx' }));
  return size === blob.size && hash.digest('hex') === blob.sha256;
}
