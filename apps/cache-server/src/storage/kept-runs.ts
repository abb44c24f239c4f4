import { z } from 'zod';
import { type Address, documentName, KEY_SYNTAX, type Kind, type Namespace } from './entries.ts';
import type { Shelf } from './shelf.ts';

/** What a run that somebody wants to keep refers to. */
export const keptRunSchema = z.strictObject({
  cache: z.array(z.string().regex(KEY_SYNTAX.cache)).max(10_000),
  blobs: z.array(z.string().regex(KEY_SYNTAX.blobs)).max(100_000),
});
export type KeptRun = z.infer<typeof keptRunSchema>;

export const RUN_ID_SYNTAX = /^[A-Za-z0-9._-]{1,100}$/;

export type KeptRuns = {
  keep: (namespace: Namespace, id: string, run: KeptRun) => Promise<void>;
  release: (namespace: Namespace, id: string) => Promise<boolean>;
  list: () => { namespace: Namespace; id: string; entries: number }[];
  /** True when a kept run refers to the entry. A run keeps entries of its own namespace and trusted ones. */
  refersTo: (address: Address) => boolean;
};

/** Loaded once and held in memory, so that the question costs nothing at the moment at which an entry is about to be removed. */
export async function openKeptRuns(shelf: Shelf, readableBy: (namespace: Namespace) => Namespace[]): Promise<KeptRuns> {
  const runs = new Map<string, KeptRun>();
  const counts = new Map<string, number>();
  const count = (id: string, run: KeptRun, step: 1 | -1): void => {
    for (const namespace of readableBy(id.split('/')[0]!))
      for (const kind of ['cache', 'blobs'] as const satisfies Kind[])
        for (const key of run[kind]) {
          const name = documentName({ namespace, kind, key });
          const next = (counts.get(name) ?? 0) + step;
          if (next === 0) counts.delete(name);
          else counts.set(name, next);
        }
  };
  const forget = (id: string): boolean => {
    const run = runs.get(id);
    if (run !== undefined) count(id, run, -1);
    return runs.delete(id);
  };
  for await (const name of shelf.listDocuments('runs')) {
    const text = await shelf.readDocument(name);
    if (text === undefined) continue;
    const id = name.slice('runs/'.length, -'.json'.length);
    runs.set(id, keptRunSchema.parse(JSON.parse(text)));
    count(id, runs.get(id)!, 1);
  }
  return {
    keep: async (namespace, id, run) => {
      const full = `${namespace}/${id}`;
      // In memory first: from here on nothing of it is removed.
      forget(full);
      runs.set(full, run);
      count(full, run, 1);
      await shelf.removeDocument(`runs/${full}.json`);
      await shelf.createDocument(`runs/${full}.json`, JSON.stringify(run));
    },
    release: async (namespace, id) => {
      const known = forget(`${namespace}/${id}`);
      await shelf.removeDocument(`runs/${namespace}/${id}.json`);
      return known;
    },
    list: () =>
      [...runs].map(([full, run]) => {
        const [namespace, id] = full.split('/') as [string, string];
        return { namespace, id, entries: run.cache.length + run.blobs.length };
      }),
    refersTo: (address) => counts.has(documentName(address)),
  };
}
