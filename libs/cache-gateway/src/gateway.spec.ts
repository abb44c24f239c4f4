import { createHash } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { checkArchive } from './check-archive.ts';
import { type Gateway, type GatewayOptions, startGateway } from './gateway.ts';
import { openEntry, sealEntry } from './signed-entry.ts';
import { generateSigningKey, loadSigningKey } from './signing-keys.ts';

const own = loadSigningKey(generateSigningKey().pem);
const other = loadSigningKey(generateSigningKey().pem);
const HASH = '13277925793629284616';
const about = { time: '2026-01-01T00:00:00.000Z' };
const sha256 = (bytes: string): string => createHash('sha256').update(bytes).digest('hex');

async function archive(files: readonly (Partial<Header> & { name: string; text?: string })[]): Promise<Buffer> {
  const tar = pack();
  for (const { text, ...header } of files) tar.entry(header, text ?? '');
  tar.finalize();
  const parts: Buffer[] = [];
  for await (const part of tar) parts.push(part as Buffer);
  return gzipSync(Buffer.concat(parts));
}

const manifestOf = (text: string) => ({
  name: '.itool/artifacts/p/s/manifest.json',
  text: JSON.stringify({ outputs: { rows: { format: 'text', sha256: sha256(text), size: text.length } } }),
});

describe('a signed entry', () => {
  const body = Buffer.from('the archive');
  const trusted = { ci: own.public_key };

  it('opens for who trusts the key', () => {
    const opened = openEntry(sealEntry(own, HASH, body, { ...about, commit: 'abc' }), HASH, trusted);
    expect(opened).toMatchObject({ ok: true, signer: 'ci', body, statement: { commit: 'abc', size: 11 } });
  });

  it('stays shut after any change of a byte', () => {
    const sealed = sealEntry(own, HASH, body, about);
    for (let i = 0; i < sealed.length; i++) {
      const altered = Buffer.from(sealed);
      altered[i]! ^= 1;
      const opened = openEntry(altered, HASH, trusted);
      // Base64 has spare bits: such a change leaves the signed bytes as they are.
      if (opened.ok) expect(opened.body.equals(body)).toBe(true);
    }
    expect(openEntry(sealed.subarray(0, -1), HASH, trusted).ok).toBe(false);
  });

  it.each([
    ['signed by an unknown key', () => openEntry(sealEntry(other, HASH, body, about), HASH, trusted)],
    ['signed for another task: 7', () => openEntry(sealEntry(own, '7', body, about), HASH, trusted)],
    ['not signed', () => openEntry(body, HASH, trusted)],
    ['not signed', () => openEntry(Buffer.alloc(0), HASH, trusted)],
  ])('says why: %s', (reason, open) => {
    expect(open()).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
  });
});

describe('an archive', () => {
  const limits = { expanded_bytes: 100_000, files: 5 };

  it('names the data of its manifests', async () => {
    const checked = await checkArchive(await archive([{ name: 'code', text: '0' }, manifestOf('abc')]), limits);
    expect(checked).toEqual({ ok: true, blobs: [{ sha256: sha256('abc'), size: 3 }] });
  });

  it.each([
    ['path leads out of the workspace: ../x', [{ name: '../x', text: '1' }]],
    ['path leads out of the workspace: a/../../x', [{ name: 'a/../../x', text: '1' }]],
    ['path leads out of the workspace: /etc/x', [{ name: '/etc/x', text: '1' }]],
    ['not a file or folder: l (symlink)', [{ name: 'l', type: 'symlink', linkname: '/etc' } as const]],
    ['not a file or folder: h (link)', [{ name: 'h', type: 'link', linkname: '/etc/passwd' } as const]],
    ['too large when unpacked', [{ name: 'x', text: '0'.repeat(200_000) }]],
    ['too many files', Array.from({ length: 6 }, (_, i) => ({ name: `${i}`, text: '' }))],
    ['empty', []],
  ])('is refused: %s', async (reason, files) => {
    expect(await checkArchive(await archive(files as Parameters<typeof archive>[0]), limits)).toMatchObject({
      ok: false,
      reason: `archive: ${reason}`,
    });
  });

  it('is refused when it is none', async () => {
    const whole = await archive([manifestOf('abc')]);
    for (const bytes of [Buffer.alloc(0), Buffer.from('text'), whole.subarray(0, -20)])
      expect((await checkArchive(bytes, limits)).ok).toBe(false);
  });
});

describe('the gateway', () => {
  let upstream: Server;
  let gateway: Gateway;
  let asked: string[] = [];
  const warnings: string[] = [];

  const start = async (listener: RequestListener, more: Partial<GatewayOptions['settings']> = {}) => {
    asked = [];
    warnings.length = 0;
    upstream = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      listener(request, response);
    });
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    const { port } = upstream.address() as AddressInfo;
    gateway = await startGateway({
      settings: {
        ...{ server: `http://127.0.0.1:${port}`, token: 't', signing_key: own, trusted_keys: { ci: own.public_key } },
        ...{ timeout_ms: 100, max_entry_bytes: 10_000, ...more },
      },
      warn: (line) => warnings.push(line),
      sleep: async () => {},
    });
  };
  afterEach(async () => {
    await gateway.close();
    upstream.closeAllConnections();
    await new Promise((resolve) => upstream.close(resolve));
  });

  const call = async (method: string, path: string, body?: Buffer) => {
    const headers = { authorization: `Bearer ${gateway.token}` };
    const answer = await fetch(`${gateway.url}${path}`, { method, headers, body: body as never });
    return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()) };
  };
  const entry = `/v1/cache/${HASH}`;

  it('gives Nx what it has signed before', async () => {
    const kept = new Map<string, Buffer>();
    await start((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part) => parts.push(part));
      request.on('end', () => {
        if (request.method === 'PUT') kept.set(request.url!, Buffer.concat(parts));
        const found = kept.get(request.url!);
        response.writeHead(found === undefined ? 404 : 200, { 'content-length': found?.length ?? 0 });
        response.end(request.method === 'GET' ? found : undefined);
      });
    });
    const body = await archive([{ name: 'code', text: '0' }, manifestOf('abc')]);
    expect((await call('PUT', entry, body)).status).toBe(200);
    // Its data is not there yet, so that a reader could not use it.
    expect((await call('GET', entry)).status).toBe(404);
    kept.set(`/v1/blobs/sha256/${sha256('abc')}`, Buffer.from('abc'));
    const got = await call('GET', entry);
    expect([got.status, got.body.equals(body)]).toEqual([200, true]);
    kept.set(`/v1/cache/7`, kept.get(entry)!);
    expect((await call('GET', '/v1/cache/7')).status).toBe(404);
    expect(asked.at(-1)).toBe('POST /v1/reports');
    expect(warnings[0]).toContain(`signed for another task: ${HASH}`);
  });

  it.each([401, 403, 429, 500, 503])('makes a miss and a write that Nx ignores of status %i', async (status) => {
    await start((request, response) => {
      request.resume();
      response.writeHead(status).end();
    });
    expect((await call('GET', entry)).status).toBe(404);
    expect((await call('PUT', entry, Buffer.from('x'))).status).toBe(403);
  });

  it('leaves a silent server alone after three tries', async () => {
    await start(() => {});
    const began = performance.now();
    for (let i = 0; i < 20; i++) expect((await call('GET', `/v1/cache/${i}`)).status).toBe(404);
    expect(asked.length).toBe(3);
    expect(performance.now() - began).toBeLessThan(5000);
    expect(warnings.join()).toContain('does not answer');
  });

  it.each([
    ['resets the connection', (request: Parameters<RequestListener>[0]) => request.socket.resetAndDestroy()],
    [
      'breaks off in the middle',
      (request: Parameters<RequestListener>[0], response: Parameters<RequestListener>[1]) => {
        response.writeHead(200, { 'content-length': 1000 });
        response.write('half');
        setTimeout(() => request.socket.destroy(), 5);
      },
    ],
    [
      'stands still in the middle',
      (_request: Parameters<RequestListener>[0], response: Parameters<RequestListener>[1]) => {
        response.writeHead(200, { 'content-length': 1000 });
        response.write('half');
      },
    ],
    [
      'sends more than fits',
      (_request: Parameters<RequestListener>[0], response: Parameters<RequestListener>[1]) => {
        response.end(Buffer.alloc(30_000));
      },
    ],
  ])('makes a miss of a server that %s', async (_what, listener) => {
    await start(listener);
    expect((await call('GET', entry)).status).toBe(404);
  });

  it('lets nobody in without its token', async () => {
    await start((_request, response) => response.end());
    for (const [method, status] of [
      ['GET', 404],
      ['PUT', 403],
    ] as const) {
      const answer = await fetch(`${gateway.url}${entry}`, { method, headers: { authorization: 'Bearer guess' } });
      expect(answer.status).toBe(status);
    }
    expect(asked).toEqual([]);
  });

  it('writes nothing without a key, nothing too large, and nothing that was withheld', async () => {
    await start((_request, response) => response.end(), { signing_key: undefined });
    expect((await call('PUT', entry, Buffer.from('x'))).status).toBe(403);
    await gateway.close();
    await new Promise((resolve) => upstream.close(resolve));
    await start((_request, response) => response.end());
    expect((await call('PUT', entry, Buffer.alloc(20_000))).status).toBe(403);
    await call('POST', `/v1/withhold/${HASH}`);
    expect((await call('PUT', entry, Buffer.from('x'))).status).toBe(403);
    expect(asked).toEqual([]);
  });
});
