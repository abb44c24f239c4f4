import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { join } from 'node:path';

export type FileDigest = { sha256: string; size: number };

/** Changes within this time after a write may leave all times of a file as they are (granularity of the file system clock). */
const CLOCK_STEP_NS = 50_000_000n;

export function sha256Of(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * sha256 and size of a file. The digest is remembered below `memoRoot` by path, size, times and inode, so that an unchanged file of any
 * size costs one stat.
 *
 * @throws the fs error when the file cannot be read
 */
export function fileDigest(path: string, memoRoot: string): FileDigest {
  const stat = fs.statSync(path, { bigint: true });
  const identity = `${stat.size} ${stat.mtimeNs} ${stat.ctimeNs} ${stat.ino}`;
  const memo = join(memoRoot, `${sha256Of(path).slice(0, 32)}.txt`);
  const [knownIdentity, known] = readMemo(memo);
  if (knownIdentity === identity && known !== undefined) return { sha256: known, size: Number(stat.size) };
  const sha256 = hashFile(path);
  if (BigInt(Date.now()) * 1_000_000n - stat.mtimeNs > CLOCK_STEP_NS) {
    writeMemo(memo, `${identity}\n${sha256}\n`);
  }
  return { sha256, size: Number(stat.size) };
}

/** sha256 of all bytes of a file, in constant memory. */
export function hashFile(path: string): string {
  const hash = createHash('sha256');
  const file = fs.openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(1 << 20);
    for (;;) {
      const n = fs.readSync(file, buffer, 0, buffer.length, null);
      if (n === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, n));
    }
  } finally {
    fs.closeSync(file);
  }
}

function readMemo(memo: string): string[] {
  try {
    return fs.readFileSync(memo, 'utf8').split('\n');
  } catch {
    return [];
  }
}

/** A memo only saves time, so a full disk or a read-only store is no error here. */
function writeMemo(memo: string, text: string): void {
  try {
    fs.mkdirSync(join(memo, '..'), { recursive: true });
    const temp = `${memo}.${randomBytes(6).toString('hex')}`;
    fs.writeFileSync(temp, text);
    fs.renameSync(temp, memo);
  } catch {
    return;
  }
}
