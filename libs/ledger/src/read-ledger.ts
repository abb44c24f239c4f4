import { readFileSync } from 'node:fs';
import { entryHash, FIRST_PREV, type LedgerEntry, ledgerEntrySchema, ledgerPath } from './ledger-entry.ts';

export type LedgerCheck = {
  /** Entries of the unbroken part of the chain. */
  entries: LedgerEntry[];
  /** Hash of the last of them, zeros for an empty ledger. */
  head: string;
  /** First place where the chain does not hold; null when it does. */
  broken: { line: number; why: string } | null;
  /** Lines that a crash cut short. They say nothing, and the chain goes on after them. */
  torn: number;
};

/** Reads the ledger and follows its chain. Reading stops at the first entry that is not the next one. */
export function readLedger(workspace: string): LedgerCheck {
  return checkChain(readText(ledgerPath(workspace)));
}

/** `readLedger` for a text. */
export function checkChain(text: string): LedgerCheck {
  const check: LedgerCheck = { entries: [], head: FIRST_PREV, broken: null, torn: 0 };
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '') continue;
    const parsed = parseEntry(line);
    if (parsed === 'torn') {
      check.torn++;
      continue;
    }
    const why = parsed === 'foreign' ? 'is not an entry' : faultOf(parsed, check);
    if (why !== null) return { ...check, broken: { line: index + 1, why } };
    const entry = parsed as LedgerEntry;
    check.entries.push(entry);
    check.head = entry.hash;
  }
  return check;
}

function faultOf(entry: LedgerEntry, { entries, head }: LedgerCheck): string | null {
  if (entry.hash !== entryHash(entry)) return 'was altered: its hash is not that of its content';
  if (entry.prev !== head) return 'does not follow the entry before it: an entry was altered, removed or put in';
  return entry.seq === entries.length ? null : `has number ${entry.seq}, wanted ${entries.length}`;
}

function parseEntry(line: string): LedgerEntry | 'torn' | 'foreign' {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'torn';
  }
  const parsed = ledgerEntrySchema.safeParse(value);
  return parsed.success ? parsed.data : 'foreign';
}

export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
