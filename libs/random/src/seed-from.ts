import { createHash } from 'node:crypto';

/** 64-bit key of a named stream: sha256 over the seed and the length-prefixed names, so ('a','bc') and ('ab','c') differ. */
export function seedFrom(seed: number, names: readonly (string | number)[]): [number, number] {
  const hash = createHash('sha256').update(`seed:${seed}`);
  for (const name of names) hash.update(`/${String(name).length}:${name}`);
  const digest = hash.digest();
  return [digest.readUInt32LE(0), digest.readUInt32LE(4)];
}
