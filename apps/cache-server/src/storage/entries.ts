import { createHash } from 'node:crypto';
import { type Readable, Transform } from 'node:stream';
import { z } from 'zod';
import type { ByteRange, Shelf } from './shelf.ts';

export const KINDS = ['cache', 'blobs'] as const;
export type Kind = (typeof KINDS)[number];

/** `trusted`, or `scope-<name>` of an untrusted branch. */
export type Namespace = string;
export const TRUSTED: Namespace = 'trusted';

/** Keys are file names and object names, so nothing else may pass: Nx's decimal hash, and sha256 in hex. */
export const KEY_SYNTAX: Record<Kind, RegExp> = { cache: /^[0-9]{1,20}$/, blobs: /^[0-9a-f]{64}$/ };

export type Address = { namespace: Namespace; kind: Kind; key: string };

const entrySchema = z.strictObject({
  namespace: z.string(),
  kind: z.enum(KINDS),
  key: z.string(),
  /** Of the stored bytes, computed while they were written. */
  sha256: z.string(),
  /** bytes */
  size: z.int(),
  /** Where the bytes are, and what tells them from others in the same place. */
  data: z.string(),
  identity: z.string(),
  /** milliseconds since 1970 */
  created: z.number(),
  /** Name of the token that wrote it. */
  writer: z.string(),
  /** As the writer says. */
  ref: z.string().optional(),
  commit: z.string().optional(),
});
export type Entry = z.infer<typeof entrySchema>;

export type CreateResult =
  | { ok: true; entry: Entry }
  | { ok: false; reason: 'exists' }
  | { ok: false; reason: 'digest'; sha256: string };

export type NewEntry = Address & {
  size: number;
  /** Refused when the bytes have another digest. */
  expected_sha256?: string;
  writer: string;
  ref?: string;
  commit?: string;
};

export type OpenResult = { ok: true; entry: Entry; body: () => Promise<Readable> } | { ok: false; altered?: Entry };

export type Entries = ReturnType<typeof makeEntries>;

/** Immutable entries on a shelf. */
export function makeEntries(shelf: Shelf, effects: { now: () => number; randomName: () => string }) {
  /** Data whose place has changed (a restored backup) and that was read and found to be the same. */
  const verified = new Set<string>();

  const find = async (address: Address): Promise<Entry | undefined> => {
    const text = await shelf.readDocument(documentName(address));
    return text === undefined ? undefined : entrySchema.parse(JSON.parse(text));
  };

  const isIntact = async (entry: Entry): Promise<boolean> => {
    const identity = await shelf.identityOf(entry.data);
    if (identity === entry.identity) return true;
    if (identity === undefined) return false;
    const seen = `${entry.data} ${identity}`;
    if (verified.has(seen)) return true;
    if ((await digestOf(await shelf.readData(entry.data))) !== entry.sha256) return false;
    verified.add(seen);
    return true;
  };

  return {
    find,
    /** Streams `body` to the storage. What exists stays as it is, and what fails leaves nothing that can be read. */
    create: async (wanted: NewEntry, body: Readable): Promise<CreateResult> => {
      const { namespace, kind, key, size, expected_sha256, ...about } = wanted;
      if ((await find(wanted)) !== undefined) return { ok: false, reason: 'exists' };
      const data = `${namespace}/${effects.randomName()}`;
      const hash = createHash('sha256');
      const hashed = hashing(hash);
      // The storage may not listen yet when the client goes away; the error itself reaches it all the same.
      hashed.on('error', () => {});
      if (body.destroyed) throw body.errored ?? new Error('the client went away');
      body.pipe(hashed);
      body.on('error', (error) => hashed.destroy(error));
      body.on('close', () => body.readableEnded || hashed.destroy(new Error('the client went away')));
      const identity = await shelf.writeData(data, hashed, size);
      const sha256 = hash.digest('hex');
      if (expected_sha256 !== undefined && sha256 !== expected_sha256) {
        await shelf.removeData(data);
        return { ok: false, reason: 'digest', sha256 };
      }
      const entry: Entry = { namespace, kind, key, sha256, size, data, identity, created: effects.now(), ...about };
      if (await shelf.createDocument(documentName(wanted), JSON.stringify(entry))) return { ok: true, entry };
      await shelf.removeData(data);
      return { ok: false, reason: 'exists' };
    },
    /** An entry whose bytes are no longer those that were written is reported as altered and not given out. */
    open: async (address: Address, range?: ByteRange): Promise<OpenResult> => {
      const entry = await find(address);
      if (entry === undefined) return { ok: false };
      if (!(await isIntact(entry))) return { ok: false, altered: entry };
      return { ok: true, entry, body: () => shelf.readData(entry.data, range) };
    },
    isIntact,
    /** Takes an entry out of service and keeps its bytes for a look. The key is free again. */
    quarantine: async (entry: Entry, reason: string): Promise<void> => {
      const name = `quarantine/${effects.now()}-${entry.namespace}-${entry.kind}-${entry.key}.json`;
      await shelf.createDocument(name, JSON.stringify({ ...entry, reason }));
      await shelf.removeDocument(documentName(entry));
    },
    remove: async (entry: Entry): Promise<void> => {
      await shelf.removeDocument(documentName(entry));
      await shelf.removeData(entry.data);
    },
    list: async function* (): AsyncGenerator<Entry> {
      for await (const name of shelf.listDocuments('entries')) {
        const text = await shelf.readDocument(name);
        if (text !== undefined) yield entrySchema.parse(JSON.parse(text));
      }
    },
    /** Entries in quarantine: document and the data that it keeps. */
    listQuarantine: async function* () {
      for await (const name of shelf.listDocuments('quarantine')) {
        const text = await shelf.readDocument(name);
        if (text !== undefined) yield { name, entry: JSON.parse(text) as Entry & { reason: string } };
      }
    },
  };
}

export function documentName({ namespace, kind, key }: Address): string {
  return `entries/${namespace}/${kind}/${key.slice(-2)}/${key}.json`;
}

function hashing(hash: ReturnType<typeof createHash>): Transform {
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      hash.update(chunk);
      done(null, chunk);
    },
  });
}

async function digestOf(body: Readable): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of body) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
