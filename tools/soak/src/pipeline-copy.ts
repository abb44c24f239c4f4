import { join } from 'node:path';
import { resolvePipeline, UNCACHED_KINDS, workspaceReader } from '@itool/pipeline';
import { copyWorkspace, type Run, type WorkspaceCopy } from './workspace-copy.ts';

/** Everything that a run of a real pipeline reads. */
const FOLDERS = ['apps/cli', 'libs', 'datasets', 'pipelines', 'tools/register', 'tools/nx-itool'];

type Json = { [key: string]: Json } | Json[] | string | number | boolean | null | undefined;

const HITS = ['local-cache', 'local-cache-kept-existing', 'remote-cache'];

export function copyForPipelines(): WorkspaceCopy {
  return copyWorkspace(FOLDERS, 'itool-soak-');
}

/** Names of the stages of a pipeline as it is written now, producers first. */
export function stagesOf(copy: WorkspaceCopy, pipeline: string): string[] {
  return resolvePipeline(pipeline, workspaceReader(copy.root)).stages.map((stage) => stage.name);
}

/** Stage -> text of its manifest. */
export function manifestsOf(copy: WorkspaceCopy, pipeline: string): Map<string, string> {
  return new Map(stagesOf(copy, pipeline).map((stage) => [stage, copy.manifest(pipeline, stage)]));
}

/**
 * The stages that Nx did not find in its cache, as text: `everything`, `nothing`, or their names in pipeline order. Imports are left out,
 * since they run every time. A run that failed gives its output instead.
 */
export function stagesThatRan(copy: WorkspaceCopy, pipeline: string, { code, output, tasks }: Run): string {
  if (code !== 0) return `exit ${code}: ${output.trim()}`;
  const { stages } = resolvePipeline(pipeline, workspaceReader(copy.root));
  const cached = stages.filter((stage) => !UNCACHED_KINDS.includes(stage.kind)).map((stage) => stage.name);
  return nameStages(
    cached.filter((stage) => !HITS.includes(tasks[stage] ?? 'no task')),
    cached,
  );
}

export function nameStages(chosen: readonly string[], all: readonly string[]): string {
  if (chosen.length === 0) return 'nothing';
  return chosen.length === all.length ? 'everything' : chosen.join(', ');
}

/** Merges `patch` into a JSON file, objects key by key. */
export function mergeInto(copy: WorkspaceCopy, path: string, patch: object): void {
  const merge = (base: Json, over: Json): Json =>
    isPlain(base) && isPlain(over)
      ? { ...base, ...Object.fromEntries(Object.entries(over).map(([key, value]) => [key, merge(base[key], value)])) }
      : over;
  copy.write(path, `${JSON.stringify(merge(JSON.parse(copy.read(path)) as Json, patch as Json), null, 2)}\n`);
}

/** Variables for a run that finds neither a cache of Nx nor a store. */
export function freshCaches(copy: WorkspaceCopy, name: string): Record<string, string> {
  return {
    NX_CACHE_DIRECTORY: join(copy.base, name, 'nx-cache'),
    NX_WORKSPACE_DATA_DIRECTORY: join(copy.base, name, 'nx-data'),
    ITOOL_STORE: join(copy.base, name, 'store'),
  };
}

/** `same bytes`, or which stages differ and in which outputs. */
export function compareManifests(wanted: ReadonlyMap<string, string>, found: ReadonlyMap<string, string>): string {
  const differences = [...new Set([...wanted.keys(), ...found.keys()])].flatMap((stage) => {
    const [a, b] = [wanted.get(stage), found.get(stage)];
    if (a === b) return [];
    if (a === undefined || b === undefined) return [`${stage} is in one run only`];
    const [outputs, others] = [digests(a), digests(b)];
    const names = [...new Set([...outputs.keys(), ...others.keys()])];
    return [`${stage} (${names.filter((name) => outputs.get(name) !== others.get(name)).join(', ')})`];
  });
  return differences.length === 0 ? 'same bytes' : `other bytes: ${differences.join('; ')}`;
}

function isPlain(value: Json): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function digests(manifest: string): Map<string, string> {
  const { outputs } = JSON.parse(manifest) as { outputs: Record<string, { sha256: string }> };
  return new Map(Object.entries(outputs).map(([name, { sha256 }]) => [name, sha256]));
}
