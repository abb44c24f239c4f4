import type { PyDict, PyValue } from '@itool/bfcl';
import type { Services, World } from './api.ts';
import { asDict, deepCopy } from './py-access.ts';
import { PyError } from './py-error.ts';

/** Official databases by file name without `.json`. */
export type Databases = ReadonlyMap<string, PyValue>;

/** A fresh world over pristine databases. A database is copied when a call first writes to it. */
export function createWorld(databases: Databases, services: Services): World {
  const written = new Map<string, PyDict>();
  const table = (name: string): PyValue => {
    const value = written.get(name) ?? databases.get(name);
    if (value === undefined) throw new PyError('FileNotFoundError', `database is not there: ${name}`);
    return value;
  };
  return {
    services,
    table,
    writable: (name) => {
      const known = written.get(name);
      if (known) return known;
      const copy = deepCopy(asDict(table(name)));
      written.set(name, copy);
      return copy;
    },
    verification: null,
    bank_accounts: ['test'],
  };
}
