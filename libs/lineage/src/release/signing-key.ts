import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ItoolError } from '@itool/record';

export type SigningKey = { privateKey: KeyObject; keyid: string };
export type TrustedKey = { publicKey: KeyObject; keyid: string };

/** sha256 of the public key in SPKI DER form, hex. */
export function keyIdOf(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

/** New Ed25519 key pair as PEM texts (PKCS#8, SPKI). */
export function newKeyPair(): { privatePem: string; publicPem: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }) as string,
  };
}

/** @throws ItoolError missing_file, bad_config for a file that holds no Ed25519 private key */
export function readSigningKey(path: string): SigningKey {
  const privateKey = parsed(path, createPrivateKey);
  return { privateKey, keyid: keyIdOf(createPublicKey(privateKey)) };
}

/** Public keys in a file, one PEM block after the other. @throws ItoolError */
export function readTrustedKeys(path: string): TrustedKey[] {
  const blocks = textOf(path).match(/-----BEGIN PUBLIC KEY-----[\s\S]*?-----END PUBLIC KEY-----/g) ?? [];
  return blocks.map((pem) => {
    const publicKey = ed25519(path, () => createPublicKey(pem));
    return { publicKey, keyid: keyIdOf(publicKey) };
  });
}

function parsed(path: string, parse: (pem: string) => KeyObject): KeyObject {
  const pem = textOf(path);
  return ed25519(path, () => parse(pem));
}

function ed25519(path: string, parse: () => KeyObject): KeyObject {
  let cause: unknown;
  try {
    const key = parse();
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch (error) {
    cause = error;
  }
  throw new ItoolError({
    code: 'bad_config',
    message: `lineage: no Ed25519 key in PEM form: ${path}`,
    hint: 'Make a pair with: itool release --new-key <file>',
    cause,
  });
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ItoolError({
      code: 'missing_file',
      message: `lineage: key cannot be read: ${path}`,
      hint: 'Make a pair with: itool release --new-key <file>',
      cause,
    });
  }
}
