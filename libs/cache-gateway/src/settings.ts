import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { ItoolError } from '@itool/record';
import { z } from 'zod';
import { keyId, loadSigningKey, type SigningKey, type TrustedKeys } from './signing-keys.ts';

const settingsSchema = z.strictObject({
  /** Address of the cache server. */
  server: z.url().optional(),
  /** Secret of a token; ITOOL_CACHE_TOKEN goes before it. */
  token: z.string().min(1).optional(),
  /** File with the private key that signs what this machine writes, relative to this file. Without it nothing is written. */
  signing_key: z.string().optional(),
  /** name -> public key (base64) of those whose entries are taken. The key of this machine is always among them. */
  trusted_keys: z.record(z.string(), z.string().regex(/^[A-Za-z0-9+/]{43}=$/)).default({}),
  /** Until an answer goes on; a server that is silent for so long counts as gone. */
  timeout_ms: z.int().positive().default(5000),
  /** Larger entries stay where they are. Entries hold manifests; the data goes as blobs. */
  max_entry_bytes: z
    .int()
    .positive()
    .default(64 * 1024 * 1024),
});

export type CacheSettings = {
  server: string;
  token: string;
  signing_key?: SigningKey;
  trusted_keys: TrustedKeys;
  timeout_ms: number;
  max_entry_bytes: number;
};

/** `$ITOOL_CACHE_CONFIG`, or `~/.itool/cache.json`. */
export function settingsPath(env: NodeJS.ProcessEnv): string {
  return env['ITOOL_CACHE_CONFIG'] || join(homedir(), '.itool', 'cache.json');
}

/**
 * Where the team cache is; undefined when nobody has said so.
 *
 * @throws ItoolError bad_config naming the file and the field
 */
export function readCacheSettings(env: NodeJS.ProcessEnv): CacheSettings | undefined {
  const path = settingsPath(env);
  const parsed = settingsSchema.safeParse(readJson(path));
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`);
    throw badSettings(`${path}: ${issues.join('; ')}`);
  }
  const { server: written, token: kept, signing_key: file, trusted_keys, ...limits } = parsed.data;
  const server = env['ITOOL_CACHE_SERVER'] || written;
  if (server === undefined) return undefined;
  if (!/^https?:\/\/./.test(server)) throw badSettings(`not an address of a server: ${JSON.stringify(server)}`);
  const signing_key =
    file === undefined ? undefined : readSigningKey(isAbsolute(file) ? file : join(dirname(path), file));
  const own = signing_key === undefined ? {} : { [`this machine (${signing_key.id})`]: signing_key.public_key };
  const known = signing_key !== undefined && Object.values(trusted_keys).some((key) => keyId(key) === signing_key.id);
  return {
    server: server.replace(/\/+$/, ''),
    token: env['ITOOL_CACHE_TOKEN'] || kept || '',
    ...(signing_key === undefined ? {} : { signing_key }),
    trusted_keys: known ? trusted_keys : { ...trusted_keys, ...own },
    ...limits,
  };
}

function readJson(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw badSettings(`cannot be read: ${path}: ${(error as Error).message}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badSettings(`not JSON: ${path}: ${(error as Error).message}`);
  }
}

function readSigningKey(path: string): SigningKey {
  try {
    return loadSigningKey(readFileSync(path, 'utf8'));
  } catch (error) {
    throw badSettings(`signing_key: ${path}: ${(error as Error).message}`);
  }
}

function badSettings(fact: string): ItoolError {
  return new ItoolError({
    code: 'bad_config',
    message: `cache: settings: ${fact}`,
    hint: 'apps/cache-server/README.md lists the fields; `itool cache key` makes a key.',
  });
}
