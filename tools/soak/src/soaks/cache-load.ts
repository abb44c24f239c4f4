import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Checks } from '../checks.ts';
import type { LoadOrder, LoadResult } from '../load-client.ts';
import type { Soak } from '../soak.ts';
import { startTeamCache, storedEntry, type TeamCache } from '../team-cache.ts';
import { CHECKOUT } from '../workspace-copy.ts';

const { ITOOL_LOAD_ENTRIES = '10000', ITOOL_LOAD_SECONDS = '120' } = process.env;
const ENTRIES = Number(ITOOL_LOAD_ENTRIES);
const SECONDS = Number(ITOOL_LOAD_SECONDS);
const CLIENTS = 64;
const MEMORY_LIMIT_MB = 300;
const [SMALLEST, LARGEST] = [1000, 50_000_000];

async function run(checks: Checks): Promise<void> {
  const team = await startTeamCache({ limits: { requests_per_minute: 100_000_000 } });
  try {
    const began = performance.now();
    const entries = await fill(team);
    const total = entries.reduce((sum, { size }) => sum + size, 0);
    checks.measured(
      `${ENTRIES} entries of ${SMALLEST} B to ${LARGEST / 1e6} MB`,
      `${(total / 1e9).toFixed(2)} GB, written in ${((performance.now() - began) / 1000).toFixed(0)} s`,
    );
    const order = { entries, clients: CLIENTS, token: team.secret('reader') };
    const nginx = await startNginx(team);
    const peers = [{ name: 'cache server', url: team.url, of: entries }];
    if (nginx === undefined) checks.skipped('throughput of nginx', 'nginx is not installed (Debian: nginx-light)');
    else {
      const of = entries.map((entry) => ({
        ...entry,
        path: `/${storedEntry(team, entry.path.split('/').at(-1)!).data.slice(team.entries.length + 6)}`,
      }));
      peers.push({ name: 'nginx', url: nginx.url, of });
    }
    let highest = 0;
    const watching = setInterval(() => {
      highest = Math.max(highest, residentMegabytes(team.pid()));
    }, 250);
    const rates = new Map<string, number>();
    // Two rounds, in turns, so that neither has the warm disk for itself.
    for (const round of [1, 2])
      for (const { name, url, of } of peers) {
        const result = await load({ ...order, url, entries: of, seconds: SECONDS / 2, seed: round });
        checks.equal(`${name}, round ${round}: errors`, 'none', result.errors.join('; ') || 'none', result.seconds);
        const rate = result.bytes / result.seconds / 1e6;
        rates.set(name, (rates.get(name) ?? 0) + rate / 2);
        checks.measured(
          `${name}, round ${round}: ${CLIENTS} clients`,
          `${rate.toFixed(0)} MB/s, ${(result.requests / result.seconds).toFixed(0)} requests/s`,
        );
      }
    clearInterval(watching);
    nginx?.stop();
    checks.equal(
      'memory of the server',
      `under ${MEMORY_LIMIT_MB} MB`,
      highest < MEMORY_LIMIT_MB ? `under ${MEMORY_LIMIT_MB} MB` : `${highest} MB`,
    );
    checks.measured('memory of the server, highest', `${highest.toFixed(0)} MB`);
    if (rates.has('nginx'))
      checks.measured(
        'throughput of the server',
        `${((100 * rates.get('cache server')!) / rates.get('nginx')!).toFixed(0)} % of nginx`,
      );
  } finally {
    await team.remove();
  }
}

/** Entries whose sizes are spread over all orders of magnitude, small ones most: 10,000 of them make about 5 GB. */
async function fill(team: TeamCache): Promise<LoadOrder['entries']> {
  const entries: LoadOrder['entries'] = [];
  const noise = Buffer.alloc(LARGEST);
  for (let at = 0; at < noise.length; at += 32) createHash('sha256').update(String(at)).digest().copy(noise, at);
  const put = async (i: number): Promise<void> => {
    const u = ((i * 2_654_435_761) % 4_294_967_296) / 4_294_967_296;
    const size = i === 0 ? LARGEST : Math.round(SMALLEST * (LARGEST / SMALLEST) ** (u ** 9));
    const body = Buffer.from(noise.subarray(0, size));
    body.write(String(i).padStart(8, '0'), 0);
    const path = `/v1/cache/${i + 1}`;
    const { status } = await team.call('main', 'PUT', path, body);
    if (status !== 200) throw new Error(`soak: ${path} was not written: ${status}`);
    // Checking all digests would make the clients the slowest part.
    entries[i] = { path, size, ...(i % 16 === 0 ? { sha256: createHash('sha256').update(body).digest('hex') } : {}) };
  };
  for (let i = 0; i < ENTRIES; i += 16)
    await Promise.all(Array.from({ length: Math.min(16, ENTRIES - i) }, (_, k) => put(i + k)));
  return entries;
}

function load(order: LoadOrder): Promise<LoadResult> {
  const script = `require(${JSON.stringify(join(CHECKOUT, 'tools/soak/src/load-client.ts'))}).main()`;
  const register = join(CHECKOUT, 'tools/register/register.cjs');
  const child = spawn(process.execPath, ['--require', register, '--eval', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin!.end(JSON.stringify(order));
  let text = '';
  child.stdout!.on('data', (chunk) => {
    text += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('close', (code) =>
      code === 0 ? resolve(JSON.parse(text) as LoadResult) : reject(new Error(`soak: load: ${code}`)),
    );
  });
}

/** nginx as Debian has it, on the same files. */
async function startNginx(team: TeamCache): Promise<{ url: string; stop: () => void } | undefined> {
  if (spawnSync('nginx', ['-v']).status !== 0) return undefined;
  const port = await freePort();
  const file = join(team.folder, 'nginx.conf');
  writeFileSync(
    file,
    `daemon off; master_process off; pid ${team.folder}/nginx.pid; error_log stderr error;
events { worker_connections 1024; }
http { access_log off; sendfile on; keepalive_requests 1000000; server { listen 127.0.0.1:${port}; root ${team.entries}/data; } }`,
  );
  const child: ChildProcess = spawn('nginx', ['-c', file], { stdio: ['ignore', 'ignore', 'inherit'] });
  for (let i = 0; i < 50 && !existsSync(join(team.folder, 'nginx.pid')); i++)
    await new Promise((r) => setTimeout(r, 100));
  return { url: `http://127.0.0.1:${port}`, stop: () => child.kill() };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

function residentMegabytes(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes ?? 0) / 1000;
}

export const cacheLoad: Soak = {
  name: 'cache-load',
  about: '64 clients read 10,000 entries of 1 kB to 50 MB for 2 minutes; memory, errors, and throughput beside nginx',
  run,
};
