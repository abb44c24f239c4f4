import { type PyValue, pyEqual } from '@itool/bfcl';
import type { StateValue } from './environment.ts';
import { sameTree } from './file-tree.ts';

function isPlain(value: StateValue): value is PyValue {
  return (
    typeof value !== 'object' || value === null || Array.isArray(value) || !['set', 'directory'].includes(value.kind)
  );
}

/** Python `==` of two attribute values. */
export function sameState(a: StateValue, b: StateValue): boolean {
  if (isPlain(a) || isPlain(b)) return isPlain(a) && isPlain(b) && pyEqual(a, b);
  if (a.kind === 'directory' && b.kind === 'directory') return sameTree(a, b);
  if (a.kind !== 'set' || b.kind !== 'set' || a.ids.size !== b.ids.size) return false;
  return [...a.ids].every((id) => b.ids.has(id));
}
