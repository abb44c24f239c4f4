import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Store, sha256Of, writeAtomically } from '@itool/artifact';

/** Notes in the store where a checkout is that uses it: one store serves all checkouts of a user, and garbage collection has to ask them all. */
export function rememberCheckout(store: Store, workspace: string): void {
  try {
    writeAtomically(join(store.root, 'checkouts', sha256Of(workspace).slice(0, 16)), `${workspace}\n`);
  } catch {
    // A store that cannot be written to loses nothing to garbage collection either.
  }
}

/** Folders of the checkouts that have run something with this store. */
export function knownCheckouts(store: Store): string[] {
  const folder = join(store.root, 'checkouts');
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .filter((name) => /^[0-9a-f]{16}$/.test(name))
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8').trim());
}
