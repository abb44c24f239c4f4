import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { canonicalJson, ItoolError } from '@itool/record';
import { entryHash, type LedgerBody, type LedgerEntry, ledgerPath } from './ledger-entry.ts';
import { checkChain, readText } from './read-ledger.ts';

const LOCK_WAIT_MS = 10_000;

/**
 * Appends an entry that holds the hash of the one before it. Several processes may append at once.
 *
 * @throws ItoolError corrupt_artifact when the chain is broken: nothing is appended to a ledger that cannot be trusted
 */
export function appendEntry(workspace: string, body: LedgerBody, at: number): LedgerEntry {
  const path = ledgerPath(workspace);
  mkdirSync(dirname(path), { recursive: true });
  return underLock(`${path}.lock`, () => {
    const text = readText(path);
    const { entries, head, broken } = checkChain(text);
    if (broken !== null) {
      throw new ItoolError({
        code: 'corrupt_artifact',
        message: `ledger: line ${broken.line} ${broken.why}: ${path}`,
        hint: 'Keep the file for those who ask what happened, then move it away: a new ledger begins with the next run.',
      });
    }
    const unsealed = { seq: entries.length, prev: head, at, body };
    const entry: LedgerEntry = { ...unsealed, hash: entryHash(unsealed) };
    const file = openSync(path, 'a');
    try {
      // A line that a crash has cut short stays as it is.
      const start = text === '' || text.endsWith('\n') ? '' : '\n';
      writeSync(file, `${start}${canonicalJson(entry)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    return entry;
  });
}

function underLock<T>(lock: string, work: () => T): T {
  const until = Date.now() + LOCK_WAIT_MS;
  for (;;) {
    try {
      const file = openSync(lock, 'wx');
      writeSync(file, String(process.pid));
      closeSync(file);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (isAbandoned(lock) || Date.now() > until) rmSync(lock, { force: true });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
  try {
    return work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** The process that took it is gone. A lock just made may not say yet whose it is. */
function isAbandoned(lock: string): boolean {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    if (pid === 0) return Date.now() - statSync(lock).mtimeMs > 1000;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
