import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where small texts that the ledger names by digest are kept: manifests, provenances, run records, lists of sources. */
export function objectPath(workspace: string, sha256: string): string {
  return join(workspace, '.itool', 'objects', sha256.slice(0, 2), sha256);
}

/** Keeps a text under its sha256, which is returned. */
export function putObject(workspace: string, text: string): string {
  const sha256 = digestOf(text);
  const path = objectPath(workspace, sha256);
  if (existsSync(path)) return sha256;
  const temp = `${path}.${randomBytes(6).toString('hex')}.temp`;
  try {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(temp, text, { mode: 0o444 });
    renameSync(temp, path);
  } catch (error) {
    rmSync(temp, { force: true });
    throw error;
  }
  return sha256;
}

/** The text with this sha256; undefined when it is not there or no longer has this digest. Removes nothing. */
export function readObject(workspace: string, sha256: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(objectPath(workspace, sha256), 'utf8');
  } catch {
    return undefined;
  }
  return digestOf(text) === sha256 ? text : undefined;
}

export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
