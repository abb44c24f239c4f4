import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import rateLimit from '@fastify/rate-limit';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { openAuditLog } from './access/audit-log.ts';
import { findToken, readTokens, rightsOf, type Token } from './access/tokens.ts';
import { type Config, stateFiles } from './config.ts';
import { makeMetrics } from './metrics.ts';
import { adminRoutes, runGarbage } from './routes/admin-routes.ts';
import { entryRoutes } from './routes/entry-routes.ts';
import { pageRoutes } from './routes/page-routes.ts';
import { auditRequest, refuse, type Site } from './routes/site.ts';
import { diskShelf } from './storage/disk-shelf.ts';
import { makeEntries, TRUSTED } from './storage/entries.ts';
import { openKeptRuns } from './storage/kept-runs.ts';
import { checkConditionalCreate, s3Shelf } from './storage/s3-shelf.ts';
import type { Shelf } from './storage/shelf.ts';
import { openUsage } from './storage/usage.ts';

export type RunningServer = {
  url: string;
  /** Lets requests under way end, for `limits.shutdown_ms` at most. */
  stop: () => Promise<void>;
};

const SAVE_USAGE_MS = 60_000;

/** @throws ItoolError bad_config; what listening and the storage throw */
export async function startServer(config: Config, now: () => number = Date.now): Promise<RunningServer> {
  mkdirSync(config.folder, { recursive: true });
  const files = stateFiles(config);
  const shelf = await openShelf(config, files.entries);
  const { limits } = config;
  const tls = config.tls && { cert: readFileSync(config.tls.cert), key: readFileSync(config.tls.key) };
  const app = fastify({
    serverFactory: (handler) => listener(config, tls, handler),
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    clientErrorHandler: (error, socket) => answerBadClient(site, error, socket),
  });
  const site: Site = {
    ...{ config, shelf, now },
    entries: makeEntries(shelf, { now, randomName }),
    usage: openUsage(files.usage, now),
    runs: await openKeptRuns(shelf, (namespace) => (namespace === TRUSTED ? [TRUSTED] : [TRUSTED, namespace])),
    metrics: makeMetrics(() => new Promise((resolve) => app.server.getConnections((_error, count) => resolve(count)))),
    audit: openAuditLog(files.audit, now),
    bytes: await bytesByNamespace(shelf),
  };
  await addHooks(app, site, files.tokens);
  entryRoutes(app, site);
  adminRoutes(app, site);
  pageRoutes(app, site);
  await app.listen({ host: config.host, port: config.port });
  const saving = setInterval(site.usage.save, SAVE_USAGE_MS);
  const collecting = setInterval(
    () =>
      runGarbage(site, false).catch((error) => process.stderr.write(`cache-server: garbage collection: ${error}\n`)),
    config.garbage.interval_minutes * 60_000,
  );
  site.audit.append({ event: 'started', detail: shelf.describe });
  const { address, port, family } = app.server.address() as AddressInfo;
  return {
    url: `${tls ? 'https' : 'http'}://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    stop: async () => {
      clearInterval(saving);
      clearInterval(collecting);
      const late = setTimeout(() => app.server.closeAllConnections(), limits.shutdown_ms);
      await app.close();
      clearTimeout(late);
      site.usage.save();
      site.audit.append({ event: 'stopped' });
      shelf.close?.();
    },
  };
}

function listener(
  { limits }: Config,
  tls: { cert: Buffer; key: Buffer } | undefined,
  handler: (request: IncomingMessage, response: ServerResponse) => void,
): HttpServer {
  const options = {
    headersTimeout: limits.headers_ms,
    requestTimeout: limits.request_ms,
    keepAliveTimeout: 75_000,
    connectionsCheckingInterval: Math.min(limits.headers_ms, 2000),
  };
  const server = tls ? createTlsServer({ ...options, ...tls }, handler) : createServer(options, handler);
  server.maxConnections = limits.connections;
  // Readers that stand still.
  server.setTimeout(3 * limits.stall_ms);
  return server;
}

async function openShelf(config: Config, folder: string): Promise<Shelf & { close?: () => void }> {
  if (config.s3 === undefined) return diskShelf(folder, randomName);
  const { AWS_ACCESS_KEY_ID: access_key_id, AWS_SECRET_ACCESS_KEY: secret_access_key } = process.env;
  const shelf = s3Shelf({ ...config.s3, access_key_id, secret_access_key });
  await checkConditionalCreate(shelf, randomName());
  return shelf;
}

/** Bodies stay streams; who is asking is known before anything else; then come the limits of requests. */
async function addHooks(app: FastifyInstance, site: Site, tokenFile: string): Promise<void> {
  const { limits } = site.config;
  const tokens = reloading(tokenFile);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  app.decorateRequest('principal', undefined);
  app.addHook('onRequest', async (request) => {
    const secret = secretOf(request);
    const token = secret === undefined ? undefined : findToken(tokens(), secret, site.now());
    request.principal = token && { token, rights: rightsOf(token) };
  });
  const limited = new Map<string, number>();
  await app.register(rateLimit, {
    timeWindow: 60_000,
    max: (request) => (request.principal === undefined ? limits.denials_per_minute : limits.requests_per_minute),
    keyGenerator: (request) => request.principal?.token.name ?? request.ip,
    onExceeded: (request, key) => {
      // One line a minute: a flood of requests must not become a flood of lines.
      if (site.now() - (limited.get(key) ?? 0) < 60_000) return;
      limited.set(key, site.now());
      auditRequest(site, request, { event: 'rate limited' });
    },
  });
  app.addHook('onResponse', async (request, reply) => {
    site.metrics.seconds.observe({ method: request.method, status: reply.statusCode }, reply.elapsedTime / 1000);
  });
  app.setNotFoundHandler((_request, reply) => refuse(reply, 404, 'no such address'));
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) process.stderr.write(`cache-server: ${request.method} ${request.url}: ${error.stack}\n`);
    return refuse(
      reply,
      status,
      status === 429 ? 'too many requests' : status >= 500 ? 'internal error' : error.message,
    );
  });
}

/** The tokens in a file, read again within a second of a change. */
function reloading(path: string): () => Token[] {
  let tokens: Token[] = [];
  let next = 0;
  return () => {
    if (Date.now() >= next) {
      next = Date.now() + 1000;
      try {
        tokens = readTokens(path);
      } catch (error) {
        process.stderr.write(`${(error as Error).message}\n`);
      }
    }
    return tokens;
  };
}

/** `Bearer <secret>` of machines, or the password of a browser. */
function secretOf(request: FastifyRequest): string | undefined {
  const [scheme, value] = (request.headers.authorization ?? '').split(' ');
  if (scheme === 'Bearer') return value;
  if (scheme !== 'Basic' || value === undefined) return undefined;
  const text = Buffer.from(value, 'base64').toString('utf8');
  return text.slice(text.indexOf(':') + 1);
}

/** Requests that never became one: headers that do not end, or are none. */
function answerBadClient(site: Site, error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const isSlow = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const event = isSlow ? 'slow request' : 'malformed request';
  site.metrics.events.inc({ event });
  site.audit.append({ event, address: socket.remoteAddress, detail: error.code });
  socket.end(
    `HTTP/1.1 ${isSlow ? '408 Request Timeout' : '400 Bad Request'}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
  );
}

async function bytesByNamespace(shelf: Shelf): Promise<Map<string, number>> {
  const bytes = new Map<string, number>();
  for await (const { id, size } of shelf.listData()) {
    const namespace = id.split('/')[0]!;
    bytes.set(namespace, (bytes.get(namespace) ?? 0) + size);
  }
  return bytes;
}

function randomName(): string {
  return randomBytes(16).toString('hex');
}
