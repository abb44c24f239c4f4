import { Agent, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps, Agent as TlsAgent } from 'node:https';
import type { Readable } from 'node:stream';

export type UpstreamRequest = {
  method: 'GET' | 'HEAD' | 'PUT' | 'POST';
  path: string;
  headers?: Record<string, string>;
  /** A stream can be sent once only, so it is never tried again. */
  body?: Buffer | Readable;
  size?: number;
};

/** The server, as something that may be absent, slow or broken at any time. */
export type Upstream = {
  /** Status and body to be read; undefined when the server could not be asked. Never throws and never waits for long. */
  ask: (wanted: UpstreamRequest) => Promise<IncomingMessage | undefined>;
  /** Tells that a body broke off or stood still. */
  failed: (why: string) => void;
  close: () => void;
};

export type UpstreamOptions = {
  server: string;
  token: string;
  /** Of silence. */
  timeout_ms: number;
  /** Told once for each new kind of trouble. */
  warn: (line: string) => void;
  now: () => number;
  sleep: (ms: number) => Promise<void>;
};

const TRIES = 3;
/** Failures in a row after which the server is left alone for a while. */
const PATIENCE = 3;
const PAUSE_MS = 60_000;
const RETRIED = new Set([408, 429, 500, 502, 503, 504]);

/** With timeouts, further tries and a fuse: after some failures in a row every question fails at once for a minute. */
export function openUpstream({ server, token, timeout_ms, warn, now, sleep }: UpstreamOptions): Upstream {
  const isTls = server.startsWith('https:');
  const options = { keepAlive: true, maxSockets: 32, timeout: timeout_ms };
  const agent = isTls ? new TlsAgent(options) : new Agent(options);
  let failures = 0;
  let closed_until = 0;
  const failed = (why: string): void => {
    failures++;
    if (failures < PATIENCE || now() < closed_until) return;
    closed_until = now() + PAUSE_MS;
    warn(`cache: the server at ${server} does not answer (${why}); going on without it for ${PAUSE_MS / 1000} s`);
  };

  const once = (wanted: UpstreamRequest): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const { method, path, headers, body, size } = wanted;
      const length = Buffer.isBuffer(body) ? body.length : size;
      const request = (isTls ? requestHttps : requestHttp)(
        `${server}${path}`,
        {
          ...{ method, agent, timeout: timeout_ms },
          headers: {
            ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
            ...(length === undefined
              ? {}
              : { 'content-length': String(length), 'content-type': 'application/octet-stream' }),
            ...headers,
          },
        },
        resolve,
      );
      request.on('timeout', () => request.destroy(new Error(`silent for ${timeout_ms} ms`)));
      request.on('error', reject);
      if (body === undefined || Buffer.isBuffer(body)) request.end(body);
      else {
        body.on('error', (error) => request.destroy(error));
        body.pipe(request);
      }
    });

  return {
    failed,
    ask: async (wanted) => {
      const tries = wanted.body === undefined || Buffer.isBuffer(wanted.body) ? TRIES : 1;
      for (let i = 0; i < tries && now() >= closed_until; i++) {
        if (i > 0) await sleep(100 * 2 ** i);
        try {
          const answer = await once(wanted);
          if (!RETRIED.has(answer.statusCode ?? 0)) {
            failures = 0;
            return answer;
          }
          answer.resume();
          failed(`status ${answer.statusCode}`);
        } catch (error) {
          failed((error as Error).message);
        }
      }
      return undefined;
    },
    close: () => agent.destroy(),
  };
}

/**
 * The whole body; undefined when it is longer than `limit`, or does not come to its end. A longer one is read to its end all the same: who sends
 * it hears the answer only then.
 */
export async function readAll(message: Readable, limit: number): Promise<Buffer | undefined> {
  let parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of message) {
      size += (part as Buffer).length;
      if (size > limit) parts = [];
      else parts.push(part as Buffer);
    }
  } catch {
    return undefined;
  }
  return size > limit ? undefined : Buffer.concat(parts);
}
