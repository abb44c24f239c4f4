import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { asNoSpace } from '@itool/artifact';

type Holder = { pid: number; host: string; started: string; what: string };

/**
 * Runs `work` while holding a lock file, so that only one stage of this user computes at a time, whichever nx process started it.
 * A lock whose process is gone (killed, power cut) is taken over. A holder on another host (shared home) counts as alive.
 *
 * @throws ItoolError no_space when the disk of the lock file is full; what `work` throws
 */
export async function withDeviceLock<T>(
  path: string,
  what: string,
  log: (line: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  await acquire(path, what, log);
  try {
    return await work();
  } finally {
    fs.rmSync(path, { force: true });
  }
}

async function acquire(path: string, what: string, log: (line: string) => void): Promise<void> {
  const own: Holder = { pid: process.pid, host: hostname(), started: startOf(process.pid), what };
  const temp = `${path}.${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    fs.mkdirSync(dirname(path), { recursive: true });
    fs.writeFileSync(temp, JSON.stringify(own));
    let told = false;
    for (;;) {
      if (tryLink(temp, path)) return;
      const text = readIfThere(path);
      if (text === undefined) continue;
      if (!isAlive(text)) {
        removeStale(path, text);
        continue;
      }
      if (!told) log(`waiting for the device, held by ${describe(text)}`);
      told = true;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  } catch (error) {
    throw asNoSpace(error, dirname(path));
  } finally {
    fs.rmSync(temp, { force: true });
  }
}

/** A link appears with its whole content, unlike a file that is created and then written. */
function tryLink(temp: string, path: string): boolean {
  try {
    fs.linkSync(temp, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves the stale lock aside first: of two processes that saw it, one wins, and a lock taken in between is put back. */
function removeStale(path: string, seen: string): void {
  const aside = `${path}.stale-${process.pid}`;
  try {
    fs.renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (fs.readFileSync(aside, 'utf8') !== seen) tryLink(aside, path);
  fs.rmSync(aside, { force: true });
}

function isAlive(text: string): boolean {
  const holder = parse(text);
  if (holder === undefined) return false;
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return holder.started === startOf(holder.pid);
}

/** Start time of a process in clock ticks, so that a reused pid is not taken for the holder; empty where there is no /proc. */
function startOf(pid: number): string {
  const stat = readIfThere(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function describe(text: string): string {
  const holder = parse(text);
  return holder === undefined ? 'an unknown process' : `${holder.what} (process ${holder.pid})`;
}

function parse(text: string): Holder | undefined {
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return undefined;
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch (error) {
    // ESRCH: the process ended while its /proc file was read.
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
