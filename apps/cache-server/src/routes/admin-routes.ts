import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { collectGarbage, type GarbageLimits } from '../storage/collect-garbage.ts';
import { type Address, type Entry, KEY_SYNTAX, KINDS } from '../storage/entries.ts';
import { keptRunSchema, RUN_ID_SYNTAX } from '../storage/kept-runs.ts';
import { setAside } from './entry-routes.ts';
import { allow, auditRequest, refuse, type Site } from './site.ts';

const NAMESPACE_SYNTAX = /^(trusted|scope-[A-Za-z0-9._-]{1,80})$/;
/** Of JSON bodies; a kept run names its entries. */
const BODY_LIMIT = 16 * 1024 * 1024;

const addressSchema = z
  .strictObject({ namespace: z.string().regex(NAMESPACE_SYNTAX), kind: z.enum(KINDS), key: z.string() })
  .refine(({ kind, key }) => KEY_SYNTAX[kind].test(key), { message: 'not a key of this kind' });
const quarantineSchema = z.strictObject({ reason: z.string().min(1).max(200) });
const reportSchema = z.strictObject({ kind: z.enum(KINDS), key: z.string(), reason: z.string().min(1).max(200) });
const garbageSchema = z.strictObject({ dry_run: z.boolean().default(false) });

/** What admins do, and what machines say about runs and bad entries. */
export function adminRoutes(app: FastifyInstance, site: Site): void {
  const admin = (request: FastifyRequest, reply: FastifyReply): boolean =>
    allow(site, request, reply, (rights) => rights.admin, {
      event: 'admin denied',
      detail: `${request.method} ${request.url}`,
    });

  /** A reader says that an entry is bad. Whether it is set aside is for the server's own check to say, so that nobody can remove good ones. */
  app.post('/v1/reports', async (request, reply) => {
    if (!allow(site, request, reply, (rights) => rights.reads.length > 0, { event: 'report denied' })) return reply;
    const report = await parsed(reportSchema, request, reply);
    if (report === undefined) return reply;
    auditRequest(site, request, {
      event: 'entry rejected by a reader',
      kind: report.kind,
      key: report.key,
      detail: report.reason,
    });
    if (!KEY_SYNTAX[report.kind].test(report.key)) return reply.code(204).send();
    for (const namespace of request.principal!.rights.reads) {
      const entry = await site.entries.find({ ...report, namespace });
      if (entry !== undefined && !(await site.entries.isIntact(entry))) await setAside(site, request, entry);
    }
    return reply.code(204).send();
  });

  app.put<{ Params: { id: string } }>('/v1/runs/:id', async (request, reply) => {
    if (!allow(site, request, reply, (rights) => rights.writes !== undefined, { event: 'keeping a run denied' }))
      return reply;
    const { id } = request.params;
    if (!RUN_ID_SYNTAX.test(id)) return refuse(reply, 400, `not a name of a run: ${RUN_ID_SYNTAX.source} is wanted`);
    const run = await parsed(keptRunSchema, request, reply);
    if (run === undefined) return reply;
    const { writes, reads } = request.principal!.rights;
    await site.runs.keep(writes!, id, run);
    auditRequest(site, request, { event: 'run kept', namespace: writes, detail: id });
    const missing = { cache: [] as string[], blobs: [] as string[] };
    for (const kind of KINDS)
      for (const key of run[kind]) {
        const found = await Promise.all(reads.map((namespace) => site.entries.find({ namespace, kind, key })));
        if (found.every((entry) => entry === undefined)) missing[kind].push(key);
      }
    return reply.send({ id, missing });
  });

  app.delete<{ Params: { namespace: string; id: string } }>('/v1/admin/runs/:namespace/:id', async (request, reply) => {
    if (!admin(request, reply)) return reply;
    const { namespace, id } = request.params;
    if (!NAMESPACE_SYNTAX.test(namespace) || !RUN_ID_SYNTAX.test(id)) return refuse(reply, 400, 'not a name of a run');
    if (!(await site.runs.release(namespace, id))) return refuse(reply, 404, 'no such run');
    auditRequest(site, request, { event: 'run released', namespace, detail: id });
    return reply.code(204).send();
  });

  app.post<{ Params: Address }>('/v1/admin/quarantine/:namespace/:kind/:key', async (request, reply) => {
    if (!admin(request, reply)) return reply;
    const why = await parsed(quarantineSchema, request, reply);
    if (why === undefined) return reply;
    const entry = await findEntry(site, request.params, reply);
    if (entry === undefined) return reply;
    await site.entries.quarantine(entry, why.reason);
    auditRequest(site, request, { event: 'quarantined', ...nameOf(entry), detail: why.reason });
    return reply.code(204).send();
  });

  app.delete<{ Params: Address }>('/v1/admin/entries/:namespace/:kind/:key', async (request, reply) => {
    if (!admin(request, reply)) return reply;
    const entry = await findEntry(site, request.params, reply);
    if (entry === undefined) return reply;
    await site.entries.remove(entry);
    site.usage.forget(entry);
    site.bytes.set(entry.namespace, (site.bytes.get(entry.namespace) ?? entry.size) - entry.size);
    auditRequest(site, request, { event: 'deleted', ...nameOf(entry) });
    return reply.code(204).send();
  });

  app.post('/v1/admin/gc', async (request, reply) => {
    if (!admin(request, reply)) return reply;
    const options = await parsed(garbageSchema, request, reply);
    if (options === undefined) return reply;
    const done = await runGarbage(site, options.dry_run);
    const { removed, ...rest } = done;
    return reply.send({ ...rest, removed: removed.map(nameOf), dry_run: options.dry_run });
  });

  app.get('/metrics', async (request, reply) => {
    if (!admin(request, reply)) return reply;
    return reply.type(site.metrics.registry.contentType).send(await site.metrics.registry.metrics());
  });

  app.get('/healthz', { config: { rateLimit: false } }, (_request, reply) => reply.type('text/plain').send('ok\n'));
}

export async function runGarbage(site: Site, dryRun: boolean) {
  const { max_age_days, max_bytes } = site.config.garbage;
  const limits: GarbageLimits = { max_age_ms: max_age_days * 24 * 3600 * 1000, max_bytes };
  const done = await collectGarbage(site, limits, site.now(), dryRun);
  if (!dryRun) {
    for (const { namespace, size } of done.removed)
      site.bytes.set(namespace, (site.bytes.get(namespace) ?? size) - size);
    if (done.removed.length + done.orphans > 0) {
      site.metrics.events.inc({ event: 'garbage' });
      site.audit.append({
        ...{ event: 'garbage', size: done.bytes },
        detail: `${done.removed.length} entries and ${done.orphans} orphans removed, ${done.kept} kept by runs, ${done.left} left`,
      });
    }
  }
  return done;
}

function nameOf({ namespace, kind, key, size, sha256 }: Entry) {
  return { namespace, kind, key, size, sha256 };
}

async function findEntry(site: Site, params: Address, reply: FastifyReply): Promise<Entry | undefined> {
  const address = addressSchema.safeParse(params);
  const entry = address.success ? await site.entries.find(address.data) : undefined;
  if (entry === undefined)
    refuse(reply, address.success ? 404 : 400, address.success ? 'no such entry' : 'not an entry');
  return entry;
}

/** The JSON body; undefined when it has been refused. */
async function parsed<T>(schema: z.ZodType<T>, request: FastifyRequest, reply: FastifyReply): Promise<T | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request.raw) {
    parts.push(part as Buffer);
    size += (part as Buffer).length;
    if (size > BODY_LIMIT) {
      refuse(reply, 413, 'too large');
      return undefined;
    }
  }
  let value: unknown;
  try {
    value = JSON.parse(Buffer.concat(parts).toString('utf8') || '{}');
  } catch {
    value = undefined;
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  refuse(
    reply,
    400,
    result.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`).join('; '),
  );
  return undefined;
}
