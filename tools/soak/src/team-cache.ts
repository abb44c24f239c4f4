import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateSigningKey, readCacheSettings, startGateway } from '@itool/cache-gateway';
import { CHECKOUT } from './workspace-copy.ts';

const ROLES = { reader: 'read', main: 'write-trusted', pr: 'write-scope', root: 'admin' } as const;
export type Member = keyof typeof ROLES;

export type AuditLine = { event: string; token?: string; key?: string; detail?: string; namespace?: string };

/** A cache server in a process of its own, with a token for each role, and key pairs for those who use it. */
export type TeamCache = {
  url: string;
  folder: string;
  /** Where the entries are on the disk. */
  entries: string;
  pid: () => number;
  secret: (member: Member) => string;
  /** Variables that make `itool` and its gateway a member of the team. `signs` is the name of the key pair, `null` for none. */
  settingsOf: (
    member: Member,
    signs: string | null,
    trusts: readonly string[],
    more?: { server?: string; timeout_ms?: number },
    /** Where the settings are written; a folder beside the server by default. */
    home?: string,
  ) => Record<string, string>;
  /** PEM of the private key of this name. */
  privateKey: (name: string) => string;
  audit: () => AuditLine[];
  call: (
    member: Member | 'nobody',
    method: string,
    path: string,
    body?: string | Uint8Array,
  ) => Promise<{ status: number; body: Buffer }>;
  /** SIGKILL, as when the machine loses power. */
  kill: () => Promise<void>;
  /** SIGTERM; the exit code. */
  stop: () => Promise<number | null>;
  start: () => Promise<void>;
  remove: () => Promise<void>;
};

/** @param config fields of the configuration of the server besides folder and port */
export async function startTeamCache(config: object = {}, folder?: string): Promise<TeamCache> {
  const base = folder ?? mkdtempSync(join(tmpdir(), 'itool-team-'));
  const state = join(base, 'server');
  mkdirSync(state, { recursive: true });
  const secrets = new Map(Object.keys(ROLES).map((name) => [name, `secret-${randomBytes(8).toString('hex')}`]));
  const tokens = Object.entries(ROLES).map(([name, role]) => ({
    ...{ name, role, sha256: createHash('sha256').update(secrets.get(name)!).digest('hex') },
    ...(role === 'write-scope' ? { scope: 'pr-17' } : {}),
  }));
  writeFileSync(join(state, 'tokens.json'), JSON.stringify({ tokens }));
  const keys = new Map<string, ReturnType<typeof generateSigningKey>>();
  const keyOf = (name: string) => {
    if (!keys.has(name)) keys.set(name, generateSigningKey());
    return keys.get(name)!;
  };
  let child: ChildProcess | undefined;
  let url = '';
  let port = 0;
  const start = async (): Promise<void> => {
    const file = join(base, 'server.json');
    writeFileSync(file, JSON.stringify({ ...config, folder: state, port }));
    const main = join(CHECKOUT, 'apps', 'cache-server', 'bin', 'cache-server.cjs');
    const server = spawn(process.execPath, [main, 'serve', '--config', file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child = server;
    url = await new Promise<string>((resolve, reject) => {
      server.once('close', (code) => reject(new Error(`soak: the cache server has ended: ${code}`)));
      server.stdout!.on('data', (chunk: Buffer) => {
        const found = /listening at (\S+)/.exec(chunk.toString());
        if (found !== null) resolve(found[1]!);
      });
    });
    port = Number(new URL(url).port);
  };
  const end = (signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> => {
    const server = child;
    child = undefined;
    if (server === undefined) return Promise.resolve(0);
    return new Promise((resolve) => {
      server.once('close', (code) => resolve(code));
      server.kill(signal);
    });
  };
  await start();
  return {
    get url() {
      return url;
    },
    folder: base,
    entries: join(state, 'entries'),
    pid: () => child!.pid!,
    secret: (member) => secrets.get(member)!,
    privateKey: (name) => keyOf(name).pem,
    settingsOf: (member, signs, trusts, more = {}, home = mkdtempSync(join(base, 'member-'))) => {
      const settings = {
        ...{ server: url, token: secrets.get(member), ...more },
        ...(signs === null ? {} : { signing_key: 'key.pem' }),
        trusted_keys: Object.fromEntries(trusts.map((name) => [name, keyOf(name).public_key])),
      };
      if (signs !== null) writeFileSync(join(home, 'key.pem'), keyOf(signs).pem, { mode: 0o600 });
      writeFileSync(join(home, 'cache.json'), JSON.stringify(settings));
      return { ITOOL_CACHE_CONFIG: join(home, 'cache.json') };
    },
    audit: () =>
      readFileSync(join(state, 'audit.jsonl'), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as AuditLine),
    call: async (member, method, path, body) => {
      const authorization = `Bearer ${member === 'nobody' ? 'nothing' : secrets.get(member)}`;
      const answer = await fetch(`${url}${path}`, { method, body: body as string, headers: { authorization } });
      return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()) };
    },
    kill: async () => {
      await end('SIGKILL');
    },
    stop: () => end('SIGTERM'),
    start,
    remove: async () => {
      await end('SIGKILL');
      rmSync(base, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** The document of an entry on the disk of the server, and the file with its bytes. */
export function storedEntry(team: TeamCache, key: string, namespace = 'trusted'): { document: string; data: string } {
  const kind = key.length === 64 ? 'blobs' : 'cache';
  const document = join(team.entries, 'documents', 'entries', namespace, kind, key.slice(-2), `${key}.json`);
  const { data } = JSON.parse(readFileSync(document, 'utf8')) as { data: string };
  return { document, data: join(team.entries, 'data', data) };
}

/** Bytes below the folder of the server that no document names: what a write that failed has left. */
export function orphanBytes(team: TeamCache): number {
  const files = (folder: string): string[] =>
    existsSync(folder)
      ? readdirSync(folder, { recursive: true })
          .map((name) => join(folder, String(name)))
          .filter((path) => statSync(path).isFile())
      : [];
  const named = new Set(
    files(join(team.entries, 'documents')).map(
      (path) => (JSON.parse(readFileSync(path, 'utf8')) as { data: string }).data,
    ),
  );
  const data = join(team.entries, 'data');
  return files(data)
    .filter((path) => !named.has(path.slice(data.length + 1)))
    .reduce((sum, path) => sum + statSync(path).size, 0);
}

/** A gateway in this process for a member of the team, and the variables that send a run to it. */
export async function joinTeam(
  settings: Record<string, string>,
  { warn = () => {}, now = Date.now }: { warn?: (line: string) => void; now?: () => number } = {},
) {
  const read = readCacheSettings(settings);
  if (read === undefined) throw new Error('soak: no server in the settings');
  const gateway = await startGateway({ settings: read, warn, now });
  return {
    gateway,
    env: {
      NX_SELF_HOSTED_REMOTE_CACHE_SERVER: gateway.url,
      NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN: gateway.token,
      ITOOL_CACHE_GATEWAY: gateway.url,
      ITOOL_CACHE_GATEWAY_TOKEN: gateway.token,
    },
  };
}

/** Sends bytes as they are and waits until the server ends the connection; what it has answered. */
export function sendRaw(url: string, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
  });
}
