import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { ItoolError } from '@itool/record';
import { z } from 'zod';
import { type Namespace, TRUSTED } from '../storage/entries.ts';

export const ROLES = ['read', 'write-trusted', 'write-scope', 'admin'] as const;
export type Role = (typeof ROLES)[number];

const SCOPE_SYNTAX = /^[A-Za-z0-9._-]{1,80}$/;

const tokenSchema = z
  .strictObject({
    /** Shown in the audit log. */
    name: z.string().regex(/^[A-Za-z0-9._@-]{1,80}$/),
    role: z.enum(ROLES),
    /** Of `write-scope` alone: branch or pull request. */
    scope: z.string().regex(SCOPE_SYNTAX).optional(),
    /** Digest of the secret. The secret has 256 random bits, so a slow hash would add nothing. */
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    /** milliseconds since 1970 */
    expires: z.number().optional(),
  })
  .refine((token) => (token.role === 'write-scope') === (token.scope !== undefined), {
    message: 'scope belongs to role write-scope, and only there',
  });
export const tokenFileSchema = z.strictObject({ tokens: z.array(tokenSchema) });
export type Token = z.infer<typeof tokenSchema>;

/** Namespaces that a token reads, in this order, and the one that it writes. */
export type Rights = { reads: Namespace[]; writes?: Namespace; admin: boolean };

/** An untrusted scope reads what is trusted first, so that it sees what `main` sees, and writes its own only. */
export function rightsOf(token: Token): Rights {
  if (token.role === 'write-scope') {
    const own = `scope-${token.scope!}`;
    return { reads: [TRUSTED, own], writes: own, admin: false };
  }
  return {
    reads: [TRUSTED],
    ...(token.role === 'write-trusted' ? { writes: TRUSTED } : {}),
    admin: token.role === 'admin',
  };
}

export function digestOfSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Looks a secret up by its digest, which tells a guesser nothing about the secrets. */
export function findToken(tokens: readonly Token[], secret: string, now: number): Token | undefined {
  const sha256 = digestOfSecret(secret);
  const token = tokens.find((t) => t.sha256 === sha256);
  return token === undefined || (token.expires !== undefined && token.expires <= now) ? undefined : token;
}

/** @throws ItoolError bad_config when the file is not a list of tokens; none when there is no file */
export function readTokens(path: string): Token[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  try {
    return tokenFileSchema.parse(JSON.parse(text)).tokens;
  } catch (cause) {
    throw new ItoolError({
      code: 'bad_config',
      message: `cache-server: not a file of tokens: ${path}`,
      hint: 'Restore it, or remove it and add the tokens again: cache-server token add.',
      cause,
    });
  }
}

export function writeTokens(path: string, tokens: readonly Token[]): void {
  const text = `${JSON.stringify(tokenFileSchema.parse({ tokens }), null, 1)}\n`;
  writeFileSync(`${path}.temp`, text, { mode: 0o600 });
  renameSync(`${path}.temp`, path);
}
