import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isSignedBy, keyId, type SigningKey, signBytes, type TrustedKeys } from './signing-keys.ts';

/** What the writer of an entry states. Its time is for people alone: nothing depends on clocks. */
export const statementSchema = z.strictObject({
  /** Task hash of Nx: binds the bytes to one question, so that the answer to another one is refused. */
  hash: z.string(),
  sha256: z.string(),
  size: z.int(),
  /** Of the signing key. */
  key: z.string(),
  time: z.string(),
  commit: z.string().optional(),
  ref: z.string().optional(),
});
export type Statement = z.infer<typeof statementSchema>;

export type Opened = { ok: true; statement: Statement; signer: string; body: Buffer } | { ok: false; reason: string };

const FORMAT = 'itool-signed-entry-1';
/** A signature for this purpose is good for no other. */
const CONTEXT = Buffer.from(`${FORMAT}\n`);
const LONGEST_HEAD = 4096;

/** One line `itool-signed-entry-1 <statement> <signature>` (both base64), then the bytes as they are. */
export function sealEntry(
  key: SigningKey,
  hash: string,
  body: Buffer,
  about: { time: string; commit?: string; ref?: string },
): Buffer {
  const statement: Statement = { hash, sha256: sha256Of(body), size: body.length, key: key.id, ...about };
  const text = Buffer.from(JSON.stringify(statement));
  const signature = signBytes(key, Buffer.concat([CONTEXT, text]));
  return Buffer.concat([Buffer.from(`${FORMAT} ${text.toString('base64')} ${signature.toString('base64')}\n`), body]);
}

/** The bytes of an entry when a trusted key says that they belong to `hash`; else what is wrong. */
export function openEntry(sealed: Buffer, hash: string, trusted: TrustedKeys): Opened {
  const end = sealed.subarray(0, LONGEST_HEAD).indexOf('\n');
  const [format, text64, signature64, ...rest] = sealed.subarray(0, Math.max(end, 0)).toString('latin1').split(' ');
  if (format !== FORMAT || text64 === undefined || signature64 === undefined || rest.length > 0)
    return { ok: false, reason: 'not signed' };
  const text = Buffer.from(text64, 'base64');
  const parsed = statementSchema.safeParse(parseOrNull(text.toString('utf8')));
  if (!parsed.success) return { ok: false, reason: 'not a statement' };
  const statement = parsed.data;
  const signers = Object.entries(trusted).filter(([, key]) => keyId(key) === statement.key);
  if (signers.length === 0) return { ok: false, reason: `signed by an unknown key: ${statement.key}` };
  const signature = Buffer.from(signature64, 'base64');
  const signer = signers.find(([, key]) => isSignedBy(key, Buffer.concat([CONTEXT, text]), signature));
  if (signer === undefined) return { ok: false, reason: 'signature is wrong' };
  if (statement.hash !== hash) return { ok: false, reason: `signed for another task: ${statement.hash}` };
  const body = sealed.subarray(end + 1);
  if (body.length !== statement.size || sha256Of(body) !== statement.sha256)
    return { ok: false, reason: 'the bytes are not those that were signed' };
  return { ok: true, statement, signer: signer[0], body };
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
