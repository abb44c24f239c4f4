import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brokenAuditLine } from './access/audit-log.ts';
import { digestOfSecret, type Role, writeTokens } from './access/tokens.ts';
import { configSchema } from './config.ts';
import { type RunningServer, startServer } from './server.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const TOKENS: readonly { name: string; role: Role; scope?: string }[] = [
  { name: 'reader', role: 'read' },
  { name: 'main', role: 'write-trusted' },
  { name: 'pr', role: 'write-scope', scope: '17' },
  { name: 'root', role: 'admin' },
];

describe('the cache server on a disk', () => {
  const folder = mkdtempSync(join(tmpdir(), 'itool-cache-'));
  let server: RunningServer;
  let time = 1_000_000;

  beforeAll(async () => {
    mkdirSync(folder, { recursive: true });
    writeTokens(
      join(folder, 'tokens.json'),
      TOKENS.map((token) => ({ ...token, sha256: digestOfSecret(`secret-${token.name}`) })),
    );
    const limits = { cache_bytes: 1000, scope_bytes: 100, headers_ms: 400, stall_ms: 300, denials_per_minute: 20 };
    const config = configSchema.parse({ folder, port: 0, limits, garbage: { max_age_days: 1 } });
    server = await startServer(config, () => time);
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const call = async (
    who: string,
    method: string,
    path: string,
    body?: string,
    headers: Record<string, string> = {},
  ) => {
    const answer = await fetch(`${server.url}${path}`, {
      ...{ method, body, headers: { authorization: `Bearer secret-${who}`, ...headers } },
    });
    return { status: answer.status, text: await answer.text(), headers: answer.headers };
  };
  const status = async (...args: Parameters<typeof call>) => (await call(...args)).status;
  const events = () =>
    readFileSync(join(folder, 'audit.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string; token?: string; key?: string; commit?: string });
  const lastEvent = () => events().at(-1)!;
  const dataFiles = () => readdirSync(join(folder, 'entries', 'data', 'trusted'), { recursive: true }).map(String);

  it('gives back what was put, once and for all', async () => {
    expect(await status('reader', 'GET', '/v1/cache/1')).toBe(404);
    expect(await status('main', 'PUT', '/v1/cache/1', 'first', { 'x-itool-commit': 'abc' })).toBe(200);
    expect(lastEvent()).toMatchObject({ event: 'created', token: 'main', key: '1', commit: 'abc' });
    expect(await status('main', 'PUT', '/v1/cache/1', 'other')).toBe(409);
    const got = await call('reader', 'GET', '/v1/cache/1');
    expect([got.status, got.text, got.headers.get('etag')]).toEqual([200, 'first', `"${sha256('first')}"`]);
    expect(await status('reader', 'HEAD', '/v1/cache/1')).toBe(200);
  });

  it('lets one of many writers of the same key win and keeps the bytes of that one only', async () => {
    const before = dataFiles().length;
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) => status('main', 'PUT', '/v1/cache/2', `writer ${i}`)),
    );
    expect(answers.sort()).toEqual([200, ...Array(11).fill(409)]);
    expect((await call('reader', 'GET', '/v1/cache/2')).text).toMatch(/^writer \d+$/);
    expect(dataFiles().length).toBe(before + 1);
  });

  it('takes a blob only under the digest of its bytes and reads parts of it', async () => {
    const path = `/v1/blobs/sha256/${sha256('0123456789')}`;
    expect(await status('main', 'PUT', path, '012345678X')).toBe(400);
    expect(lastEvent().event).toBe('digest mismatch');
    expect(await status('reader', 'GET', path)).toBe(404);
    expect(await status('main', 'PUT', path, '0123456789')).toBe(200);
    const part = await call('reader', 'GET', path, undefined, { range: 'bytes=2-4' });
    expect([part.status, part.text, part.headers.get('content-range')]).toEqual([206, '234', 'bytes 2-4/10']);
    expect((await call('reader', 'GET', path, undefined, { range: 'bytes=-3' })).text).toBe('789');
    expect(await status('reader', 'GET', path, undefined, { range: 'bytes=10-' })).toBe(416);
  });

  it('refuses by role and says so in the audit log', async () => {
    expect(await status('reader', 'PUT', '/v1/cache/3', 'x')).toBe(403);
    expect(lastEvent()).toMatchObject({ event: 'write denied', token: 'reader', key: '3' });
    expect(await status('nobody', 'GET', '/v1/cache/1')).toBe(401);
    for (const who of ['reader', 'main', 'pr']) expect(await status(who, 'POST', '/v1/admin/gc', '{}')).toBe(403);
    expect(await status('main', 'PUT', '/v1/cache/..%2f..%2fetc', 'x')).toBe(400);
    expect(lastEvent().event).toBe('bad key');
  });

  // CVE-2025-36852: whoever can write must not be able to seed what main will read.
  it('keeps the writes of an untrusted scope to itself', async () => {
    expect(await status('pr', 'PUT', '/v1/cache/40', 'poison')).toBe(200);
    expect((await call('pr', 'GET', '/v1/cache/40')).text).toBe('poison');
    expect(await status('reader', 'GET', '/v1/cache/40')).toBe(404);
    expect(await status('main', 'PUT', '/v1/cache/40', 'right')).toBe(200);
    expect((await call('pr', 'GET', '/v1/cache/40')).text).toBe('right');
    expect(await status('pr', 'PUT', '/v1/cache/1', 'poison')).toBe(409);
    expect(await status('pr', 'PUT', '/v1/cache/41', 'x'.repeat(99))).toBe(413);
  });

  it('refuses what is too large before a byte of it is stored', async () => {
    expect(await status('main', 'PUT', '/v1/cache/5', 'x'.repeat(1001))).toBe(413);
    const refused = await raw(
      'PUT /v1/cache/5 HTTP/1.1\r\nhost: a\r\nauthorization: Bearer secret-main\r\ncontent-length: 10000000000\r\n\r\n',
    );
    expect(refused).toContain('413');
    expect(lastEvent().event).toBe('upload too large');
    const unknown = await raw(
      'PUT /v1/cache/5 HTTP/1.1\r\nhost: a\r\nauthorization: Bearer secret-main\r\ntransfer-encoding: chunked\r\n\r\n',
    );
    expect(unknown).toContain('411');
  });

  it('ends requests that come too slowly and keeps nothing of them', async () => {
    const before = dataFiles().length;
    const [headers, body] = await Promise.all([
      raw('PUT /v1/cache/6 HTTP/1.1\r\nhost: a\r\nx-slow: '),
      raw(
        'PUT /v1/cache/6 HTTP/1.1\r\nhost: a\r\nauthorization: Bearer secret-main\r\ncontent-length: 900\r\n\r\npart',
      ),
    ]);
    expect([headers, body].map((text) => text.slice(9, 12))).toEqual(['408', '408']);
    expect(events().map(({ event }) => event)).toEqual(expect.arrayContaining(['slow request', 'slow upload']));
    expect(await status('reader', 'GET', '/v1/cache/6')).toBe(404);
    expect(dataFiles().length).toBe(before);
  });

  it('quarantines an entry whose bytes were changed behind its back', async () => {
    await call('main', 'PUT', '/v1/cache/7', 'as written');
    const file = dataFiles()
      .map((name) => join(folder, 'entries', 'data', 'trusted', name))
      .find((path) => readFileSync(path, 'utf8') === 'as written')!;
    writeFileSync(file, 'as changed');
    expect(await status('reader', 'GET', '/v1/cache/7')).toBe(404);
    expect(lastEvent()).toMatchObject({ event: 'altered entry quarantined', key: '7' });
    expect(await status('main', 'PUT', '/v1/cache/7', 'again')).toBe(200);
    // Touched, and the same bytes: a restored backup is no attack.
    const second = dataFiles()
      .map((name) => join(folder, 'entries', 'data', 'trusted', name))
      .find((path) => readFileSync(path, 'utf8') === 'again')!;
    writeFileSync(second, 'again');
    expect(await status('reader', 'GET', '/v1/cache/7')).toBe(200);
  });

  it('lets a report of a reader be logged, and remove nothing that is intact', async () => {
    const report = JSON.stringify({ kind: 'cache', key: '1', reason: 'unknown key' });
    expect(await status('reader', 'POST', '/v1/reports', report)).toBe(204);
    expect(lastEvent()).toMatchObject({ event: 'entry rejected by a reader', key: '1' });
    expect(await status('reader', 'GET', '/v1/cache/1')).toBe(200);
  });

  it('lets an admin quarantine and delete', async () => {
    await call('main', 'PUT', '/v1/cache/8', 'bad');
    expect(await status('root', 'POST', '/v1/admin/quarantine/trusted/cache/8', '{"reason":"wrong result"}')).toBe(204);
    expect(await status('reader', 'GET', '/v1/cache/8')).toBe(404);
    expect(await status('main', 'PUT', '/v1/cache/8', 'good')).toBe(200);
    expect(await status('root', 'DELETE', '/v1/admin/entries/trusted/cache/8')).toBe(204);
    expect(await status('reader', 'GET', '/v1/cache/8')).toBe(404);
    expect(await status('root', 'DELETE', '/v1/admin/entries/trusted/cache/8')).toBe(404);
  });

  it('collects what nobody has used for long, but nothing that a kept run refers to', async () => {
    const blob = sha256('0123456789');
    const kept = await call('main', 'PUT', '/v1/runs/release-1', JSON.stringify({ cache: ['1', '99'], blobs: [blob] }));
    expect(JSON.parse(kept.text)).toEqual({ id: 'release-1', missing: { cache: ['99'], blobs: [] } });
    time += 30 * 3600 * 1000;
    await call('reader', 'GET', '/v1/cache/2');
    expect(JSON.parse((await call('root', 'POST', '/v1/admin/gc', '{"dry_run":true}')).text)).toMatchObject({
      kept: 2,
    });
    await call('root', 'POST', '/v1/admin/gc', '{}');
    const left = async (path: string) => (await status('reader', 'GET', path)) === 200;
    expect([await left('/v1/cache/1'), await left(`/v1/blobs/sha256/${blob}`)]).toEqual([true, true]);
    expect([await left('/v1/cache/2'), await left('/v1/cache/40')]).toEqual([true, false]);
    await call('root', 'DELETE', '/v1/admin/runs/trusted/release-1');
    time += 30 * 3600 * 1000;
    await call('root', 'POST', '/v1/admin/gc', '{}');
    expect(await left(`/v1/blobs/sha256/${blob}`)).toBe(false);
  });

  it('shows entries, hits and the audit log, and counts in the form of Prometheus', async () => {
    await call('main', 'PUT', '/v1/cache/77', 'shown', { 'x-itool-ref': '<b>main' });
    await call('reader', 'GET', '/v1/cache/77');
    const page = await fetch(server.url, { headers: { authorization: `Basic ${btoa('x:secret-root')}` } });
    const html = await page.text();
    expect(html).toContain('<td>77</td><td>5</td><td>1</td>');
    expect(html).toContain('&lt;b&gt;main');
    expect(html).toContain('slow upload');
    expect(await status('reader', 'GET', '/')).toBe(403);
    const { text } = await call('root', 'GET', '/metrics');
    expect(text).toContain('itool_cache_reads_total{kind="cache",result="altered"} 1');
    expect(text).toMatch(/itool_cache_writes_total\{kind="cache",result="created"\} \d+/);
  });

  it('limits requests without a valid token', async () => {
    const answers = await Promise.all(Array.from({ length: 25 }, () => status('nobody', 'GET', '/v1/cache/1')));
    expect(answers).toContain(429);
    expect(await status('reader', 'GET', '/v1/cache/77')).toBe(200);
    expect(events().filter(({ event }) => event === 'rate limited').length).toBe(1);
  });

  it('chains the lines of the audit log', () => {
    const path = join(folder, 'audit.jsonl');
    expect(brokenAuditLine(path)).toBe(0);
    const lines = readFileSync(path, 'utf8').split('\n');
    writeFileSync(`${path}.cut`, [...lines.slice(0, 2), ...lines.slice(3)].join('\n'));
    expect(brokenAuditLine(`${path}.cut`)).toBe(3);
  });

  /** Sends bytes and waits until the server ends the connection. */
  function raw(text: string): Promise<string> {
    const { port } = new URL(server.url);
    return new Promise((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.write(text));
      let answer = '';
      socket.on('data', (chunk) => {
        answer += chunk.toString();
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve(answer));
    });
  }
});
