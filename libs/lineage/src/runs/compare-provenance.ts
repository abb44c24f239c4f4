import type { Manifest, Provenance } from '@itool/artifact';
import { canonicalJson, type JsonValue } from '@itool/record';

/** One exact difference between two makings of a stage. */
export type Cause =
  | { kind: 'stage_kind'; before: string; after: string }
  | { kind: 'parameter'; path: string; before: JsonValue | null; after: JsonValue | null }
  | { kind: 'source'; file: string; before: string | null; after: string | null }
  /** The sources differ, but which file cannot be told: the list of one of them is not kept here. */
  | { kind: 'code'; before: string; after: string }
  | { kind: 'package'; name: string; before: string | null; after: string | null }
  | { kind: 'needs'; role: string; before: string[]; after: string[] }
  | { kind: 'input'; role: string; stage: string; outputs: OutputChange[] }
  /** Other bytes from the same code, parameters and inputs: what the stage looks at outside has changed. */
  | { kind: 'file'; name: string; before: string | null; after: string | null }
  | { kind: 'shown'; stage: string; path: string; before: JsonValue | null; after: JsonValue | null };

export type OutputChange = { name: string; before: string | null; after: string | null };

export type CauseOptions = {
  /** Text that has this digest: lists of sources and manifests. */
  readText: (sha256: string) => string | undefined;
};

/** What differs, in a fixed order: own definition, code, packages, inputs, definitions of others. */
export function compareProvenance(before: Provenance, after: Provenance, { readText }: CauseOptions): Cause[] {
  const causes: Cause[] = [];
  if (before.kind !== after.kind) causes.push({ kind: 'stage_kind', before: before.kind, after: after.kind });
  for (const change of changedLeaves(before.params, after.params)) causes.push({ kind: 'parameter', ...change });
  causes.push(...compareCode(before.code, after.code, readText));
  for (const name of names(before.externals, after.externals)) {
    const [old, now] = [before.externals[name] ?? null, after.externals[name] ?? null];
    if (old !== now) causes.push({ kind: 'package', name, before: old, after: now });
  }
  causes.push(...compareInputs(before.inputs, after.inputs, readText));
  const [from, to] = [definitionsOf(before), definitionsOf(after)];
  for (const stage of names(from, to)) {
    if (stage === after.stage) continue;
    for (const change of changedLeaves(from[stage] ?? null, to[stage] ?? null))
      causes.push({ kind: 'shown', stage, ...change });
  }
  return causes;
}

function compareCode(before: string, after: string, readText: CauseOptions['readText']): Cause[] {
  if (before === after) return [];
  const [from, to] = [readText(before), readText(after)];
  if (from === undefined || to === undefined) return [{ kind: 'code', before, after }];
  return compareListings(from, to).map((change) => ({ kind: 'source', ...change }));
}

/** Files that differ between two lists of sources (`<sha256> <path>` per line), with their digests; in name order. */
export function compareListings(
  before: string,
  after: string,
): { file: string; before: string | null; after: string | null }[] {
  const [from, to] = [parseListing(before), parseListing(after)];
  return names(from, to)
    .filter((file) => from[file] !== to[file])
    .map((file) => ({ file, before: from[file] ?? null, after: to[file] ?? null }));
}

function parseListing(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line !== '');
  return Object.fromEntries(lines.map((line) => [line.slice(65), line.slice(0, 64)]));
}

function compareInputs(
  before: Provenance['inputs'],
  after: Provenance['inputs'],
  readText: CauseOptions['readText'],
): Cause[] {
  return names(before, after).flatMap((role): Cause[] => {
    const [from, to] = [before[role] ?? [], after[role] ?? []];
    const [old, now] = [from, to].map((list) => list.map((need) => need.stage)) as [string[], string[]];
    if (canonicalJson(old) !== canonicalJson(now)) return [{ kind: 'needs', role, before: old, after: now }];
    return to.flatMap(({ stage, manifest }, i): Cause[] => {
      const other = from[i]!.manifest;
      return other === manifest
        ? []
        : [{ kind: 'input', role, stage, outputs: changedOutputs(readText(other), readText(manifest)) }];
    });
  });
}

function changedOutputs(before: string | undefined, after: string | undefined): OutputChange[] {
  if (before === undefined || after === undefined) return [];
  const [from, to] = [before, after].map((text) => (JSON.parse(text) as Manifest).outputs) as [
    Manifest['outputs'],
    Manifest['outputs'],
  ];
  return names(from, to)
    .filter((name) => from[name]?.sha256 !== to[name]?.sha256)
    .map((name) => ({ name, before: from[name]?.sha256 ?? null, after: to[name]?.sha256 ?? null }));
}

function definitionsOf({ definitions = [] }: Provenance): Record<string, JsonValue> {
  return Object.fromEntries(definitions.map(({ name, kind, params }) => [name, { kind, params }]));
}

/** Outputs that differ between two makings whose provenance is the same. */
export function changedFiles(before: Manifest, after: Manifest): Cause[] {
  const changes = changedOutputs(JSON.stringify(before), JSON.stringify(after));
  return changes.map((change) => ({ kind: 'file', ...change }));
}

/** Changed leaves of nested objects by dotted path, in name order; a leaf that is not there is null. */
export function changedLeaves(
  before: JsonValue,
  after: JsonValue,
): { path: string; before: JsonValue | null; after: JsonValue | null }[] {
  const [from, to] = [leaves(before), leaves(after)];
  return names(from, to)
    .filter((path) => canonicalJson(from[path] ?? null) !== canonicalJson(to[path] ?? null))
    .map((path) => ({ path, before: from[path] ?? null, after: to[path] ?? null }));
}

function leaves(value: JsonValue, path = ''): Record<string, JsonValue> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return { [path]: value };
  return Object.assign(
    {},
    ...Object.entries(value).map(([key, inner]) => leaves(inner, path === '' ? key : `${path}.${key}`)),
  );
}

function names(a: object, b: object): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
}

/** One line for a person. */
export function causeText(cause: Cause): string {
  const shown = (value: JsonValue | null): string => (value === null ? '(none)' : canonicalJson(value));
  switch (cause.kind) {
    case 'stage_kind':
      return `kind ${cause.before} -> ${cause.after}`;
    case 'parameter':
      return `param ${cause.path} ${shown(cause.before)} -> ${shown(cause.after)}`;
    case 'source':
      return `source ${cause.file} ${changeText(cause)}`;
    case 'code':
      return `code ${cause.before.slice(0, 12)} -> ${cause.after.slice(0, 12)} (the list of its files is not kept here)`;
    case 'package':
      return `package ${cause.name} ${cause.before ?? '(none)'} -> ${cause.after ?? '(none)'}`;
    case 'needs':
      return `needs.${cause.role} ${cause.before.join(', ') || '(none)'} -> ${cause.after.join(', ') || '(none)'}`;
    case 'input': {
      const outputs = cause.outputs.map(({ name, before, after }) => `${name} ${changeText({ before, after })}`);
      return `input ${cause.role}: ${cause.stage} gave other bytes${outputs.length === 0 ? '' : `: ${outputs.join('; ')}`}`;
    }
    case 'file':
      return `file ${cause.name} ${changeText(cause)}`;
    case 'shown':
      return `shows ${cause.stage}: ${cause.path} ${shown(cause.before)} -> ${shown(cause.after)}`;
  }
}

function changeText({ before, after }: { before: string | null; after: string | null }): string {
  if (before === null) return 'is new';
  return after === null ? 'is gone' : `${before.slice(0, 12)} -> ${after.slice(0, 12)}`;
}
