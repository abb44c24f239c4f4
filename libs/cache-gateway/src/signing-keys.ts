import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';

/** Ed25519 public key: 32 bytes, in base64. */
export type PublicKey = string;

/** Who is trusted: name -> public key. */
export type TrustedKeys = Record<string, PublicKey>;

/** DER of an Ed25519 public key (RFC 8410) before its 32 bytes. */
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

export type SigningKey = { private_key: KeyObject; public_key: PublicKey; id: string };

/** A fresh key pair, the private half as PKCS8 PEM. */
export function generateSigningKey(): { pem: string; public_key: PublicKey } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), public_key: rawPublicKey(publicKey) };
}

/** @throws when `pem` is no private Ed25519 key */
export function loadSigningKey(pem: string): SigningKey {
  const private_key = createPrivateKey(pem);
  if (private_key.asymmetricKeyType !== 'ed25519')
    throw new Error(`not an Ed25519 key: ${private_key.asymmetricKeyType}`);
  const public_key = rawPublicKey(createPublicKey(private_key));
  return { private_key, public_key, id: keyId(public_key) };
}

/** Short name of a key in signed entries: 16 hex digits of its sha256. */
export function keyId(key: PublicKey): string {
  return createHash('sha256').update(Buffer.from(key, 'base64')).digest('hex').slice(0, 16);
}

export function signBytes(key: SigningKey, bytes: Uint8Array): Buffer {
  return sign(null, bytes, key.private_key);
}

export function isSignedBy(key: PublicKey, bytes: Uint8Array, signature: Uint8Array): boolean {
  const spki = Buffer.concat([SPKI_HEAD, Buffer.from(key, 'base64')]);
  try {
    return verify(null, bytes, createPublicKey({ key: spki, format: 'der', type: 'spki' }), signature);
  } catch {
    return false;
  }
}

function rawPublicKey(key: KeyObject): PublicKey {
  return key.export({ type: 'spki', format: 'der' }).subarray(SPKI_HEAD.length).toString('base64');
}
