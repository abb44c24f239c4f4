import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ItoolError } from '@itool/record';
import { z } from 'zod';

const bytes = z.int().positive();
const milliseconds = z.int().positive();

/** The configuration file. Every field has a default; secrets come from the environment. */
export const configSchema = z.strictObject({
  host: z.string().default('127.0.0.1'),
  /** 0 takes a free one. */
  port: z.int().min(0).max(65_535).default(8470),
  /** Folder for tokens, audit log and counts, and for the entries unless `s3` is given. */
  folder: z.string().default('.itool/cache-server'),
  /** Entries go to a bucket. Credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or whatever else the AWS client finds. */
  s3: z
    .strictObject({
      bucket: z.string(),
      prefix: z.string().default(''),
      region: z.string().default('us-east-1'),
      endpoint: z.url().optional(),
      timeout_ms: milliseconds.default(30_000),
    })
    .optional(),
  /** Files in PEM form. Without it the server speaks plain HTTP: use it on the loopback interface or behind a proxy with TLS. */
  tls: z.strictObject({ cert: z.string(), key: z.string() }).optional(),
  limits: z
    .strictObject({
      cache_bytes: bytes.default(512 * 1024 * 1024),
      blob_bytes: bytes.default(4 * 1024 * 1024 * 1024),
      /** Of all entries of one untrusted scope. */
      scope_bytes: bytes.default(10 * 1024 * 1024 * 1024),
      connections: z.int().positive().default(1000),
      /** Requests in a minute for each token, and for each address without a valid one. */
      requests_per_minute: z.int().positive().default(60_000),
      denials_per_minute: z.int().positive().default(60),
      /** Until all headers are here. */
      headers_ms: milliseconds.default(10_000),
      /** Between two pieces of a body. */
      stall_ms: milliseconds.default(20_000),
      /** For a whole request. */
      request_ms: milliseconds.default(30 * 60_000),
      /** For requests under way when the server is told to stop. */
      shutdown_ms: milliseconds.default(20_000),
    })
    .prefault({}),
  garbage: z
    .strictObject({
      interval_minutes: z.number().positive().default(60),
      max_age_days: z.number().positive().default(30),
      max_bytes: bytes.optional(),
    })
    .prefault({}),
});
export type Config = z.infer<typeof configSchema>;

/** @throws ItoolError bad_config naming the field */
export function readConfig(path: string | undefined): Config {
  if (path === undefined) return configSchema.parse({});
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw badConfig(`cannot be read: ${path}: ${(cause as Error).message}`);
  }
  const parsed = configSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`);
  throw badConfig(`${path}: ${issues.join('; ')}`);
}

export function stateFiles(config: Config): { tokens: string; audit: string; usage: string; entries: string } {
  const file = (name: string): string => join(config.folder, name);
  return {
    tokens: file('tokens.json'),
    audit: file('audit.jsonl'),
    usage: file('usage.json'),
    entries: file('entries'),
  };
}

function badConfig(fact: string): ItoolError {
  return new ItoolError({
    code: 'bad_config',
    message: `cache-server: configuration: ${fact}`,
    hint: 'apps/cache-server/README.md lists the fields.',
  });
}
