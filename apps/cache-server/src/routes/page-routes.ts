import type { FastifyInstance } from 'fastify';
import type { AuditLine } from '../access/audit-log.ts';
import type { Entry } from '../storage/entries.ts';
import { allow, type Site } from './site.ts';

/** Entries shown; the totals count all. */
const SHOWN = 200;

export type PageEntry = Entry & { hits: number; last: number; kept: boolean };

export type PageFacts = {
  storage: string;
  entries: PageEntry[];
  total: number;
  bytes: number;
  hits: number;
  quarantine: { entry: Entry; reason: string }[];
  runs: { namespace: string; id: string; entries: number }[];
  audit: AuditLine[];
};

/** What is in the cache, who reads it, and what happened. A browser asks for the token of an admin as a password. */
export function pageRoutes(app: FastifyInstance, site: Site): void {
  const facts = async (): Promise<PageFacts> => {
    const all: PageEntry[] = [];
    for await (const entry of site.entries.list())
      all.push({ ...entry, ...site.usage.of(entry), kept: site.runs.refersTo(entry) });
    const quarantine: PageFacts['quarantine'] = [];
    for await (const { entry } of site.entries.listQuarantine()) quarantine.push({ entry, reason: entry.reason });
    all.sort((a, b) => Math.max(b.created, b.last) - Math.max(a.created, a.last));
    return {
      storage: site.shelf.describe,
      entries: all.slice(0, SHOWN),
      total: all.length,
      bytes: all.reduce((sum, { size }) => sum + size, 0),
      hits: all.reduce((sum, { hits }) => sum + hits, 0),
      quarantine,
      runs: site.runs.list(),
      audit: site.audit.tail(SHOWN),
    };
  };
  app.get('/', async (request, reply) => {
    if (!allow(site, request, reply, (rights) => rights.admin, { event: 'admin denied', detail: 'GET /' }))
      return reply;
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
      .header('cache-control', 'no-store')
      .send(pageHtml(await facts()));
  });
  app.get('/v1/admin/state', async (request, reply) => {
    if (!allow(site, request, reply, (rights) => rights.admin, { event: 'admin denied', detail: 'GET state' }))
      return reply;
    return reply.send(await facts());
  });
}

export function pageHtml(facts: PageFacts): string {
  const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
    rows.length === 0
      ? '<p>none</p>'
      : `<table><tr>${head.map((cell) => `<th>${escapeHtml(cell)}</th>`).join('')}</tr>\n${rows
          .map((row) => `<tr>${row.map((cell) => `<td>${escapeHtml(String(cell))}</td>`).join('')}</tr>`)
          .join('\n')}</table>`;
  const time = (ms: number): string => (ms === 0 ? '' : new Date(ms).toISOString().slice(0, 19).replace('T', ' '));
  const { entries, quarantine, runs, audit } = facts;
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>itool cache</title><style>
body{font:14px/1.4 system-ui,sans-serif;margin:2rem}table{border-collapse:collapse}th,td{text-align:left;padding:.15rem .8rem .15rem 0;border-bottom:1px solid #ddd}td{font-family:ui-monospace,monospace;font-size:12px}
</style><h1>itool cache</h1>
<p>${facts.total} entries, ${(facts.bytes / 1e6).toFixed(1)} MB, ${facts.hits} hits; ${escapeHtml(facts.storage)}</p>
<h2>Entries${facts.total > entries.length ? `, the ${entries.length} used last` : ''}</h2>
${table(
  ['namespace', 'kind', 'key', 'bytes', 'hits', 'last hit', 'written', 'by', 'ref', 'commit', 'kept'],
  entries.map((e) => [
    ...[e.namespace, e.kind, e.key, e.size, e.hits, time(e.last), time(e.created), e.writer, e.ref ?? ''],
    ...[(e.commit ?? '').slice(0, 10), e.kept ? 'yes' : ''],
  ]),
)}
<h2>Quarantine</h2>
${table(
  ['namespace', 'kind', 'key', 'bytes', 'reason'],
  quarantine.map(({ entry, reason }) => [entry.namespace, entry.kind, entry.key, entry.size, reason]),
)}
<h2>Kept runs</h2>
${table(
  ['namespace', 'run', 'entries'],
  runs.map((run) => [run.namespace, run.id, run.entries]),
)}
<h2>Audit log, latest first</h2>
${table(
  ['time', 'event', 'token', 'address', 'namespace', 'kind', 'key', 'bytes', 'ref', 'detail'],
  audit.map((line) => [
    ...[line.time, line.event, line.token ?? '', line.address ?? '', line.namespace ?? '', line.kind ?? ''],
    ...[line.key ?? '', line.size ?? '', line.ref ?? '', line.detail ?? ''],
  ]),
)}
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
