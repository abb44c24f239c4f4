import { join } from 'node:path';
import { canonicalJson } from '@itool/record';
import { z } from 'zod';
import { digestOf } from './object-store.ts';

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

const taskFactSchema = z.strictObject({
  /** Status of Nx: success, failure, skipped, local-cache, local-cache-kept-existing, remote-cache. */
  status: z.string(),
  /** Key of Nx. */
  hash: z.string().optional(),
  /** Digests of the two files of the stage when the run ended; absent when it left none. */
  manifest: sha256Schema.optional(),
  provenance: sha256Schema.optional(),
  /** milliseconds since 1970 */
  start: z.number().optional(),
  end: z.number().optional(),
});
export type TaskFact = z.infer<typeof taskFactSchema>;

const runBodySchema = z.strictObject({
  kind: z.literal('run'),
  run: z.string(),
  commit: z.string().nullable(),
  /** Who ran it, and where. */
  user: z.string(),
  host: z.string(),
  /** milliseconds since 1970 */
  start: z.number(),
  end: z.number(),
  /** Digest of the run record. */
  record: sha256Schema,
  /** `<pipeline>.<stage>` -> what became of it */
  tasks: z.record(z.string(), taskFactSchema),
});
export type RunBody = z.infer<typeof runBodySchema>;

const releaseBodySchema = z.strictObject({
  kind: z.literal('release'),
  /** `<pipeline>.<stage>` */
  stage: z.string(),
  manifest: sha256Schema,
  /** Digest of the signed statement. */
  statement: sha256Schema,
  keyid: z.string(),
  user: z.string(),
  host: z.string(),
});
export type ReleaseBody = z.infer<typeof releaseBodySchema>;

export type LedgerBody = RunBody | ReleaseBody;

export const ledgerEntrySchema = z.strictObject({
  /** From 0, without gaps. */
  seq: z.int().gte(0),
  /** `hash` of the entry before; zeros for the first. */
  prev: sha256Schema,
  /** milliseconds since 1970 */
  at: z.number(),
  body: z.discriminatedUnion('kind', [runBodySchema, releaseBodySchema]),
  /** sha256 over the canonical JSON of everything else in the entry. */
  hash: sha256Schema,
});
export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;

export const FIRST_PREV = '0'.repeat(64);

export function ledgerPath(workspace: string): string {
  return join(workspace, '.itool', 'ledger.jsonl');
}

export function entryHash(entry: Omit<LedgerEntry, 'hash'>): string {
  const { seq, prev, at, body } = entry;
  return digestOf(canonicalJson({ seq, prev, at, body }));
}
