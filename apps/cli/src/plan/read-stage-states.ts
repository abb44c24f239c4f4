import { join } from 'node:path';
import {
  hasBlob,
  manifestDigest,
  openStore,
  readManifest,
  readProvenance,
  type Store,
  sha256Of,
} from '@itool/artifact';
import {
  parseParams,
  type ReadText,
  type ResolvedPipeline,
  type ResolvedStage,
  sourceClosure,
  UNCACHED_KINDS,
  workspacePackages,
  workspaceReader,
} from '@itool/pipeline';
import { canonicalJson, type JsonValue } from '@itool/record';
import type { z } from 'zod';
import { type RunRecord, taskId } from '../runs/run-record.ts';
import type { StageState } from './plan-stages.ts';
import { codeDigest, editedFolders, type SourceFile, sourceFiles } from './source-files.ts';

type Code = { files: SourceFile[]; externals: Record<string, string> };

/**
 * Reads how every stage is defined now and how its last result was made. Nothing is run.
 *
 * @throws ItoolError bad_config for a parameter that its stage does not take
 */
export async function readStageStates(
  workspace: string,
  pipeline: ResolvedPipeline,
  records: readonly RunRecord[],
): Promise<StageState[]> {
  const readText = workspaceReader(workspace);
  const packages = workspacePackages(workspace);
  const store = openStore();
  const codes = new Map<string, Code>();
  const codeOf = (kind: string): Code => {
    const known = codes.get(kind);
    if (known !== undefined) return known;
    const closure = sourceClosure(kind, packages, readText);
    const externals = Object.fromEntries(closure.externals.map(({ name, version }) => [name, version]));
    const code = { files: sourceFiles(workspace, closure.folders), externals };
    codes.set(kind, code);
    return code;
  };
  const states: StageState[] = [];
  for (const stage of pipeline.stages) {
    const params = await paramsOf(workspace, stage, readText);
    states.push(stateOf({ workspace, store, records }, stage, params, codeOf(stage.kind)));
  }
  return states;
}

type Place = { workspace: string; store: Store; records: readonly RunRecord[] };

function stateOf(
  { workspace, store, records }: Place,
  stage: ResolvedStage,
  params: JsonValue,
  { files, externals }: Code,
): StageState {
  const folder = (name: string): string => join(workspace, '.itool', 'artifacts', stage.pipeline, name);
  const manifest = readManifest(join(folder(stage.name), 'manifest.json'));
  const provenance = readProvenance(join(folder(stage.name), 'provenance.json'));
  const isOwn = manifest !== undefined && provenance?.manifest === manifestDigest(manifest);
  const inputs = Object.fromEntries(
    Object.entries(stage.needs).map(([role, need]) => [
      role,
      need.stages.map((name) => {
        const read = readManifest(join(folder(name), 'manifest.json'));
        return { stage: name, manifest: read === undefined ? null : manifestDigest(read) };
      }),
    ]),
  );
  const code = codeDigest(files);
  const ran = records.find((record) => taskId(stage.pipeline, stage.name) in record.tasks);
  return {
    name: stage.name,
    kind: stage.kind,
    cached: !UNCACHED_KINDS.includes(stage.kind),
    params,
    code,
    externals,
    inputs,
    recorded: isOwn ? provenance : null,
    missing_outputs: Object.values(manifest?.outputs ?? {}).filter((blob) => !hasBlob(store, blob)).length,
    stored: isStored(store, canonicalJson({ kind: stage.kind, code, externals, params, inputs })),
    edited_folders: ran === undefined ? [] : editedFolders(files, ran.start),
  };
}

/** Results that the runner shares lie in the store under the digest of all that decides them; one without all its bytes is of no use. */
function isStored(store: Store, keyText: string): boolean {
  const key = sha256Of(keyText);
  const manifest = readManifest(join(store.root, 'results', key.slice(0, 2), key, 'manifest.json'));
  return manifest !== undefined && Object.values(manifest.outputs).every((blob) => hasBlob(store, blob));
}

/** With the defaults of the schema, as the runner records them. Only the schema is loaded, not the stage. */
async function paramsOf(workspace: string, stage: ResolvedStage, readText: ReadText): Promise<JsonValue> {
  const file = join(workspace, 'libs', 'stages', stage.kind, 'src', 'params.ts');
  const { paramsSchema } = (await import(file)) as { paramsSchema: z.ZodType };
  return JSON.parse(canonicalJson(parseParams(stage, paramsSchema, readText))) as JsonValue;
}
