import { canonicalJson, type JsonValue } from '@itool/record';

/** `param beta 2.5 -> 2`, one line per changed leaf of nested objects, in name order. */
export function diffParams(before: JsonValue, after: JsonValue): string[] {
  const [from, to] = [leaves(before), leaves(after)];
  const paths = [...new Set([...from.keys(), ...to.keys()])].sort();
  return paths.flatMap((path) => {
    const [old, now] = [from.get(path), to.get(path)];
    if (old === now) return [];
    return [`param ${path} ${old ?? '(none)'} -> ${now ?? '(none)'}`];
  });
}

function leaves(value: JsonValue, path = ''): Map<string, string> {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return new Map([[path, canonicalJson(value)]]);
  const inner = Object.entries(value).flatMap(([key, entry]) => [
    ...leaves(entry, path === '' ? key : `${path}.${key}`),
  ]);
  return new Map(inner);
}
