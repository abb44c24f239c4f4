import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { checkArchive } from './check-archive.ts';
import type { CacheSettings } from './settings.ts';
import { openEntry, type Statement, sealEntry } from './signed-entry.ts';
import { openUpstream, readAll, type Upstream } from './upstream.ts';

/** What one gateway has moved, for the line at the end of a run. */
export type GatewayCounts = {
  hits: number;
  misses: number;
  rejected: number;
  written: number;
  /** Bytes of entries and blobs, in both directions. */
  received: number;
  sent: number;
  blobs_fetched: number;
  blobs_pushed: number;
};

export type Gateway = {
  url: string;
  /** Asked of everybody who uses the gateway: other users of this machine must not sign with its key. */
  token: string;
  counts: GatewayCounts;
  close: () => Promise<void>;
};

export type GatewayOptions = {
  settings: CacheSettings;
  /** 0 takes a free port. */
  port?: number;
  token?: string;
  /** Put into what is signed. */
  commit?: string;
  ref?: string;
  warn: (line: string) => void;
  /** Told of each entry that Nx is given. */
  onHit?: (statement: Statement, signer: string) => void;
  /** True when the data is on this machine. */
  hasBlob?: (sha256: string) => boolean;
  now?: () => number;
  sleep?: (ms: number) => Promise<void>;
};

/** More than the line before the bytes of an entry. */
const HEAD_BYTES = 8192;
const ARCHIVE_LIMITS = { expanded_bytes: 1024 * 1024 * 1024, files: 10_000 };

/**
 * Stands between Nx and the server on the loopback interface. Nx ends a run on most answers of a cache and waits without end for some; so
 * whatever happens upstream, this answers a read with an entry that a trusted key has signed or with 404, and a write with 200, 409 or 403,
 * the four answers that Nx takes without trouble. Blobs pass through as streams: their name is their digest, and who asks checks it.
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { settings, warn } = options;
  const now = options.now ?? Date.now;
  const sleep = options.sleep ?? ((ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)));
  const token = options.token ?? randomBytes(24).toString('base64url');
  const upstream = openUpstream({ ...settings, warn, now, sleep });
  const counts: GatewayCounts = {
    ...{ hits: 0, misses: 0, rejected: 0, written: 0 },
    ...{ received: 0, sent: 0, blobs_fetched: 0, blobs_pushed: 0 },
  };
  const job: Job = { ...options, upstream, counts, now, withheld: new Set(), warned: new Set() };
  const server = createServer((request, response) => {
    if (request.headers.authorization !== `Bearer ${token}`) {
      // A run is not to fail here either, should its token be another one.
      request.resume();
      end(response, request.method === 'PUT' ? 403 : 404);
      return;
    }
    answer(job, request, response).catch((error: Error) => {
      warn(`cache: ${error.message}`);
      end(response, request.method === 'PUT' ? 403 : 404);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    counts,
    close: async () => {
      upstream.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Job = GatewayOptions & {
  upstream: Upstream;
  counts: GatewayCounts;
  now: () => number;
  /** Hashes that are not to be written: their data is not on the server. */
  withheld: Set<string>;
  warned: Set<string>;
};

async function answer(job: Job, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, , kind, ...rest] = (request.url ?? '').split('/');
  const key = rest.at(-1) ?? '';
  const { method } = request;
  if (kind === 'cache' && rest.length === 1 && /^\d{1,20}$/.test(key)) {
    if (method === 'GET') return readEntry(job, key, response);
    if (method === 'PUT') return writeEntry(job, key, request, response);
  }
  if (kind === 'blobs' && rest.length === 2 && /^[0-9a-f]{64}$/.test(key)) {
    if (method === 'GET' || method === 'HEAD') return readBlob(job, key, method, response);
    if (method === 'PUT') return writeBlob(job, key, request, response);
  }
  if (kind === 'runs' && rest.length === 1 && method === 'PUT') {
    const body = await readAll(request, job.settings.max_entry_bytes);
    const put = await job.upstream.ask({ method, path: `/v1/runs/${key}`, body });
    put?.resume();
    return end(response, put?.statusCode ?? 502);
  }
  if (kind === 'withhold' && method === 'POST') job.withheld.add(key);
  request.resume();
  end(response, kind === 'withhold' ? 204 : method === 'PUT' ? 403 : 404);
}

async function readEntry(job: Job, hash: string, response: ServerResponse): Promise<void> {
  const { counts, settings, upstream } = job;
  const miss = (): void => {
    counts.misses++;
    end(response, 404);
  };
  const got = await upstream.ask({ method: 'GET', path: `/v1/cache/${hash}` });
  if (got === undefined) return miss();
  if (got.statusCode !== 200) {
    got.resume();
    warnOfStatus(job, 'reads', got.statusCode);
    return miss();
  }
  const length = Number(got.headers['content-length']);
  if (!(length <= settings.max_entry_bytes + HEAD_BYTES)) {
    got.destroy();
    job.warn(`cache: entry ${hash} is too large to be taken: ${got.headers['content-length']} bytes`);
    return miss();
  }
  const sealed = await readAll(got, length);
  if (sealed === undefined || sealed.length !== length) {
    upstream.failed('an entry broke off');
    return miss();
  }
  counts.received += sealed.length;
  const opened = openEntry(sealed, hash, settings.trusted_keys);
  const archive = opened.ok ? await checkArchive(opened.body, ARCHIVE_LIMITS) : undefined;
  const reason = opened.ok ? (archive!.ok ? undefined : archive!.reason) : opened.reason;
  if (reason !== undefined || !opened.ok || !archive?.ok) {
    counts.rejected++;
    job.warn(`cache: entry ${hash} is refused and will be computed: ${reason}`);
    await report(job, hash, reason ?? '');
    return end(response, 404);
  }
  if (!(await haveAll(job, archive.blobs))) return miss();
  counts.hits++;
  job.onHit?.(opened.statement, opened.signer);
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': opened.body.length });
  response.end(opened.body);
}

/** An entry whose data is gone would make its readers compute in place; as a miss it is computed like any other. */
async function haveAll(job: Job, blobs: readonly { sha256: string; size: number }[]): Promise<boolean> {
  const far = blobs.filter(({ sha256 }) => job.hasBlob?.(sha256) !== true);
  const found = await Promise.all(
    far.map(async ({ sha256, size }) => {
      const head = await job.upstream.ask({ method: 'HEAD', path: `/v1/blobs/sha256/${sha256}` });
      head?.resume();
      return head?.statusCode === 200 && head.headers['content-length'] === String(size);
    }),
  );
  return found.every(Boolean);
}

async function writeEntry(job: Job, hash: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { settings, upstream, counts, commit, ref, warn } = job;
  const body = await readAll(request, settings.max_entry_bytes);
  if (body === undefined)
    warn(`cache: result of ${hash} is too large for the cache: more than ${settings.max_entry_bytes} bytes`);
  if (body === undefined || settings.signing_key === undefined || job.withheld.has(hash)) return end(response, 403);
  const about = { time: new Date(job.now()).toISOString(), commit, ref };
  const sealed = sealEntry(settings.signing_key, hash, body, about);
  const put = await upstream.ask({
    ...{ method: 'PUT', path: `/v1/cache/${hash}`, body: sealed },
    headers: { ...aboutHeaders(job) },
  });
  put?.resume();
  if (put?.statusCode === 200) {
    counts.written++;
    counts.sent += sealed.length;
    return end(response, 200);
  }
  if (put?.statusCode === 409) return end(response, 409);
  warnOfStatus(job, 'writes', put?.statusCode);
  end(response, 403);
}

async function readBlob(job: Job, key: string, method: 'GET' | 'HEAD', response: ServerResponse): Promise<void> {
  const { upstream, counts } = job;
  const got = await upstream.ask({ method, path: `/v1/blobs/sha256/${key}` });
  if (got?.statusCode !== 200) {
    got?.resume();
    warnOfStatus(job, 'reads', got?.statusCode);
    return end(response, 404);
  }
  response.writeHead(200, { 'content-length': got.headers['content-length'] ?? '0' });
  if (method === 'HEAD') {
    got.resume();
    response.end();
    return;
  }
  counts.blobs_fetched++;
  got.on('data', (chunk: Buffer) => {
    counts.received += chunk.length;
  });
  got.on('error', (error) => {
    upstream.failed(`a blob broke off: ${error.message}`);
    response.destroy();
  });
  response.on('close', () => got.complete || got.destroy());
  got.pipe(response);
}

async function writeBlob(job: Job, key: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const size = Number(request.headers['content-length']);
  if (job.settings.signing_key === undefined || !Number.isSafeInteger(size)) {
    request.resume();
    return end(response, 403);
  }
  const path = `/v1/blobs/sha256/${key}`;
  const put = await job.upstream.ask({ method: 'PUT', path, body: request, size, headers: aboutHeaders(job) });
  put?.resume();
  request.resume();
  if (put?.statusCode === 200) {
    job.counts.blobs_pushed++;
    job.counts.sent += size;
  } else if (put?.statusCode !== 409) warnOfStatus(job, 'writes', put?.statusCode);
  end(response, put?.statusCode === 200 || put?.statusCode === 409 ? put.statusCode : 403);
}

/** Tells the server, whose audit log is read, what only the reader could see. */
async function report(job: Job, key: string, reason: string): Promise<void> {
  const body = Buffer.from(JSON.stringify({ kind: 'cache', key, reason: reason.slice(0, 200) }));
  const answer = await job.upstream.ask({ method: 'POST', path: '/v1/reports', body });
  answer?.resume();
}

/** Each kind of refusal once: a token without a right would otherwise be named for every stage. */
function warnOfStatus(job: Job, what: string, status: number | undefined): void {
  if (status === undefined || status === 404 || job.warned.has(`${what} ${status}`)) return;
  job.warned.add(`${what} ${status}`);
  job.warn(`cache: the server refuses ${what} of this token: status ${status}`);
}

function aboutHeaders({ commit, ref }: GatewayOptions): Record<string, string> {
  return {
    ...(commit === undefined ? {} : { 'x-itool-commit': commit }),
    ...(ref === undefined ? {} : { 'x-itool-ref': ref }),
  };
}

function end(response: ServerResponse, status: number): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(status, { 'content-length': 0 }).end();
}
