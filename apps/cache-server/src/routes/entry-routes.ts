import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Address, type Entry, KEY_SYNTAX, type Kind, type NewEntry, type OpenResult } from '../storage/entries.ts';
import type { ByteRange } from '../storage/shelf.ts';
import { parseRange } from './byte-range.ts';
import { guardedBody, StalledBody } from './guarded-body.ts';
import { allow, auditRequest, refuse, type Site } from './site.ts';

/** Contract of Nx's self-hosted cache for `/v1/cache/{hash}`, and the same with a checked name for `/v1/blobs/sha256/{hex}`. */
export function entryRoutes(app: FastifyInstance, site: Site): void {
  for (const [path, kind] of [
    ['/v1/cache/:key', 'cache'],
    ['/v1/blobs/sha256/:key', 'blobs'],
  ] as const) {
    app.route<{ Params: { key: string } }>({
      method: ['GET', 'HEAD'],
      url: path,
      handler: (request, reply) => read(site, kind, request.params.key, request, reply),
    });
    app.put<{ Params: { key: string } }>(path, (request, reply) =>
      write(site, kind, request.params.key, request, reply),
    );
  }
}

async function read(site: Site, kind: Kind, key: string, request: FastifyRequest, reply: FastifyReply) {
  if (!allow(site, request, reply, (rights) => rights.reads.length > 0, { event: 'read denied', kind, key }))
    return reply;
  if (!KEY_SYNTAX[kind].test(key)) return badKey(site, kind, key, request, reply);
  const rangeHeader = request.headers.range;
  const { opened, range } = await openFirst(site, kind, key, request, rangeHeader);
  if (opened === undefined) {
    site.metrics.reads.inc({ kind, result: 'miss' });
    return reply.code(404).type('text/plain').send('no such entry\n');
  }
  const { entry } = opened;
  site.metrics.reads.inc({ kind, result: 'hit' });
  reply
    .type('application/octet-stream')
    .header('accept-ranges', 'bytes')
    .header('etag', `"${entry.sha256}"`)
    .header('x-itool-namespace', entry.namespace);
  if (range === 'none') return reply.code(416).header('content-range', `bytes */${entry.size}`).send();
  const length = range === 'all' ? entry.size : range.end - range.start + 1;
  if (range !== 'all') reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${entry.size}`);
  reply.header('content-length', length);
  if (request.method === 'HEAD') return reply.send();
  site.usage.hit(entry);
  site.metrics.sent.inc(length);
  return reply.send(length === 0 ? '' : await opened.body());
}

/** The entry in the first namespace that has it. An altered one is quarantined and counts as absent. */
async function openFirst(site: Site, kind: Kind, key: string, request: FastifyRequest, rangeHeader?: string) {
  for (const namespace of request.principal!.rights.reads) {
    const address: Address = { namespace, kind, key };
    const entry = await site.entries.find(address);
    if (entry === undefined) continue;
    const range = parseRange(rangeHeader, entry.size);
    const opened: OpenResult = await site.entries.open(
      address,
      typeof range === 'object' ? (range as ByteRange) : undefined,
    );
    if (opened.ok) return { opened, range };
    if (opened.altered !== undefined) await setAside(site, request, opened.altered);
  }
  return { opened: undefined, range: 'all' as const };
}

/** Quarantines an entry whose bytes are no longer those that were written. */
export async function setAside(site: Site, request: FastifyRequest, entry: Entry): Promise<void> {
  const { namespace, kind, key, size, sha256 } = entry;
  site.metrics.reads.inc({ kind, result: 'altered' });
  auditRequest(site, request, {
    ...{ event: 'altered entry quarantined', namespace, kind, key, size, sha256 },
    detail: 'the stored bytes are not those that were written',
  });
  await site.entries.quarantine(entry, 'altered in the storage');
}

async function write(site: Site, kind: Kind, key: string, request: FastifyRequest, reply: FastifyReply) {
  const { limits } = site.config;
  const size = Number(request.headers['content-length']);
  const about = { kind, key, ...(Number.isFinite(size) ? { size } : {}) };
  const refused = (event: string, status: number, why: string): FastifyReply => {
    site.metrics.writes.inc({ kind, result: event });
    auditRequest(site, request, { event, namespace: request.principal?.rights.writes, ...about, detail: why });
    return refuse(reply, status, why);
  };
  if (!allow(site, request, reply, (rights) => rights.writes !== undefined, { event: 'write denied', ...about }))
    return reply;
  if (!KEY_SYNTAX[kind].test(key)) return badKey(site, kind, key, request, reply);
  if (request.headers['content-length'] === undefined || !Number.isSafeInteger(size))
    return refused('upload without length', 411, 'Content-Length is needed');
  const limit = kind === 'cache' ? limits.cache_bytes : limits.blob_bytes;
  if (size > limit) return refused('upload too large', 413, `an entry may have ${limit} bytes`);
  const { token, rights } = request.principal!;
  const namespace = rights.writes!;
  for (const readable of rights.reads) {
    if ((await site.entries.find({ namespace: readable, kind, key })) !== undefined) return exists(site, kind, reply);
  }
  const held = site.bytes.get(namespace) ?? 0;
  if (namespace.startsWith('scope-') && held + size > limits.scope_bytes)
    return refused('scope is full', 413, `all entries of a scope may have ${limits.scope_bytes} bytes together`);
  site.bytes.set(namespace, held + size);
  let created = false;
  try {
    const wanted: NewEntry = {
      ...{ namespace, kind, key, size, writer: token.name },
      ...claimedBy(request),
      ...(kind === 'blobs' ? { expected_sha256: key } : digestHeader(request)),
    };
    const result = await site.entries.create(wanted, guardedBody(request.raw, limits.stall_ms));
    if (result.ok) {
      created = true;
      site.metrics.writes.inc({ kind, result: 'created' });
      site.metrics.received.inc(size);
      auditRequest(site, request, { event: 'created', namespace, ...about, sha256: result.entry.sha256 });
      return reply.code(200).type('text/plain').send('created\n');
    }
    if (result.reason === 'exists') return exists(site, kind, reply);
    return refused('digest mismatch', 400, `the bytes have another digest: ${result.sha256}`);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (error instanceof StalledBody) return refused('slow upload', 408, 'the body has stalled');
    if (code === 'ENOSPC' || code === 'EDQUOT') return refused('storage is full', 507, 'no space left in the storage');
    if (request.raw.readableAborted || !request.raw.complete)
      return refused('upload broken off', 400, 'the body ended early');
    throw error;
  } finally {
    if (!created) site.bytes.set(namespace, (site.bytes.get(namespace) ?? size) - size);
  }
}

/** An entry is never replaced. No line in the audit log: two machines that make the same are no event. */
function exists(site: Site, kind: Kind, reply: FastifyReply): FastifyReply {
  site.metrics.writes.inc({ kind, result: 'exists' });
  return reply.code(409).type('text/plain').send('the entry exists\n');
}

function badKey(site: Site, kind: Kind, key: string, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  auditRequest(site, request, { event: 'bad key', kind, detail: key });
  return refuse(reply, 400, `not a key of ${kind}: ${KEY_SYNTAX[kind].source} is wanted`);
}

function claimedBy(request: FastifyRequest): { ref?: string; commit?: string } {
  const claimed = (name: 'ref' | 'commit'): object => {
    const value = request.headers[`x-itool-${name}`];
    return typeof value === 'string' && /^[\x20-\x7e]{1,200}$/.test(value) ? { [name]: value } : {};
  };
  return { ...claimed('ref'), ...claimed('commit') };
}

function digestHeader(request: FastifyRequest): { expected_sha256?: string } {
  const value = request.headers['x-itool-sha256'];
  return typeof value === 'string' ? { expected_sha256: value } : {};
}
