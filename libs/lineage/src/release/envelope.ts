import { sign, verify } from 'node:crypto';
import { z } from 'zod';
import type { SigningKey, TrustedKey } from './signing-key.ts';

export const PAYLOAD_TYPE = 'application/vnd.in-toto+json';

/** DSSE envelope (secure-systems-lab/dsse, v1.0.2): base64 payload and signatures over its pre-authentication encoding. */
export const envelopeSchema = z.strictObject({
  payloadType: z.string(),
  payload: z.base64(),
  signatures: z.array(z.strictObject({ keyid: z.string(), sig: z.base64() })).min(1),
});
export type Envelope = z.infer<typeof envelopeSchema>;

/** `DSSEv1 <length of type> <type> <length of body> <body>`, lengths in bytes. */
export function preAuthEncoding(type: string, body: Uint8Array): Buffer {
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${body.length} `, 'utf8'),
    Buffer.from(body),
  ]);
}

export function signEnvelope(payload: string, { privateKey, keyid }: SigningKey): Envelope {
  const body = Buffer.from(payload, 'utf8');
  const sig = sign(null, preAuthEncoding(PAYLOAD_TYPE, body), privateKey).toString('base64');
  return { payloadType: PAYLOAD_TYPE, payload: body.toString('base64'), signatures: [{ keyid, sig }] };
}

export type EnvelopeCheck =
  | { state: 'signed'; keyid: string; payload: string }
  | { state: 'malformed' | 'unknown key' | 'bad signature'; keyid: string | null; payload: null };

/** The payload, when one of `trusted` has signed it. Nothing in an envelope is looked at before its signature. */
export function openEnvelope(text: string, trusted: readonly TrustedKey[]): EnvelopeCheck {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { state: 'malformed', keyid: null, payload: null };
  }
  const parsed = envelopeSchema.safeParse(value);
  if (!parsed.success || parsed.data.payloadType !== PAYLOAD_TYPE)
    return { state: 'malformed', keyid: null, payload: null };
  const { payload, signatures } = parsed.data;
  const body = Buffer.from(payload, 'base64');
  const encoded = preAuthEncoding(PAYLOAD_TYPE, body);
  // The key id is a hint that nothing protects: which key it was is what verifies.
  for (const { sig } of signatures) {
    const key = trusted.find(({ publicKey }) => verify(null, encoded, publicKey, Buffer.from(sig, 'base64')));
    if (key !== undefined) return { state: 'signed', keyid: key.keyid, payload: body.toString('utf8') };
  }
  const known = signatures.find(({ keyid }) => trusted.some((key) => key.keyid === keyid));
  return { state: known === undefined ? 'unknown key' : 'bad signature', keyid: signatures[0]!.keyid, payload: null };
}
