import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { type Address, documentName } from './entries.ts';

const usageSchema = z.record(z.string(), z.tuple([z.int(), z.number()]));

export type Usage = {
  /** Counts a read. */
  hit: (address: Address) => void;
  /** Reads so far, and the time of the last (milliseconds since 1970; 0 for none). */
  of: (address: Address) => { hits: number; last: number };
  forget: (address: Address) => void;
  save: () => void;
};

/** Who reads what how often, kept in memory and saved now and then: losing the last minute of it costs nothing but an early removal. */
export function openUsage(path: string, now: () => number): Usage {
  const counts = new Map<string, [number, number]>(Object.entries(readUsage(path)));
  let changed = false;
  return {
    hit: (address) => {
      const name = documentName(address);
      counts.set(name, [(counts.get(name)?.[0] ?? 0) + 1, now()]);
      changed = true;
    },
    of: (address) => {
      const [hits, last] = counts.get(documentName(address)) ?? [0, 0];
      return { hits, last };
    },
    forget: (address) => {
      changed = counts.delete(documentName(address)) || changed;
    },
    save: () => {
      if (!changed) return;
      try {
        writeFileSync(`${path}.temp`, JSON.stringify(Object.fromEntries(counts)));
        renameSync(`${path}.temp`, path);
        changed = false;
      } catch (error) {
        process.stderr.write(`cache-server: counts of reads cannot be saved: ${(error as Error).message}\n`);
      }
    },
  };
}

function readUsage(path: string): z.infer<typeof usageSchema> {
  try {
    return usageSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return {};
  }
}
