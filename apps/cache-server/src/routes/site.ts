import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AuditEvent, AuditLog } from '../access/audit-log.ts';
import type { Rights, Token } from '../access/tokens.ts';
import type { Config } from '../config.ts';
import type { Metrics } from '../metrics.ts';
import type { Entries } from '../storage/entries.ts';
import type { KeptRuns } from '../storage/kept-runs.ts';
import type { Shelf } from '../storage/shelf.ts';
import type { Usage } from '../storage/usage.ts';

/** Everything that the routes work on. */
export type Site = {
  config: Config;
  shelf: Shelf;
  entries: Entries;
  usage: Usage;
  runs: KeptRuns;
  metrics: Metrics;
  audit: AuditLog;
  now: () => number;
  /** Bytes of each namespace, those of writes under way included. */
  bytes: Map<string, number>;
};

export type Principal = { token: Token; rights: Rights };

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal | undefined;
  }
}

/** Writes a line of the audit log about a request. */
export function auditRequest(site: Site, request: FastifyRequest, event: AuditEvent): void {
  const header = (name: string): string | undefined => {
    const value = request.headers[name];
    return typeof value === 'string' && /^[\x20-\x7e]{1,200}$/.test(value) ? value : undefined;
  };
  site.metrics.events.inc({ event: event.event });
  site.audit.append({
    token: request.principal?.token.name,
    address: request.ip,
    ref: header('x-itool-ref'),
    commit: header('x-itool-commit'),
    ...event,
  });
}

/** Ends a request with a line of text that says why. The connection is closed: the rest of a refused body is not wanted. */
export function refuse(reply: FastifyReply, status: number, why: string): FastifyReply {
  return reply.code(status).header('connection', 'close').type('text/plain').send(`${why}\n`);
}

/** True when the request may go on; else it has been answered: 401 without a valid token, 403 without the right. */
export function allow(
  site: Site,
  request: FastifyRequest,
  reply: FastifyReply,
  wanted: (rights: Rights) => boolean,
  what: AuditEvent,
): boolean {
  const { principal } = request;
  if (principal !== undefined && wanted(principal.rights)) return true;
  auditRequest(site, request, what);
  if (principal === undefined)
    refuse(reply.header('www-authenticate', 'Basic realm="itool cache"'), 401, 'a valid token is needed');
  else refuse(reply, 403, `token ${principal.token.name} with role ${principal.token.role} may not do this`);
  return false;
}
