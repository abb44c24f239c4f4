import { join } from 'node:path';
import { type Manifest, openStore, readManifest, type Store } from '@itool/artifact';
import {
  loadKind,
  type ReadText,
  type ResolvedPipeline,
  resolvePipeline,
  type StageKind,
  sourceClosure,
  stageFolder,
  workspacePackages,
  workspaceReader,
} from '@itool/pipeline';
import { ItoolError } from '@itool/record';
import type { StageDefinition } from '../stage-definition.ts';
import { openRemoteBlobs, type RemoteBlobs } from './remote-blobs.ts';
import { type StageCode, stageCode } from './stage-code.ts';

/** What the steps of the runner need to know; everything with an effect goes through here. */
export type Runner = {
  workspace: string;
  pipeline: ResolvedPipeline;
  store: Store;
  /** The data of a team; absent when no gateway runs. */
  remote?: RemoteBlobs;
  readText: ReadText;
  /** Parameters of a kind, without the code that computes. */
  loadKind: (kind: string) => StageKind;
  codeOf: (kind: string) => StageCode;
  loadStage: (kind: string) => Promise<StageDefinition<unknown>>;
  /** Text for stderr, not ended by a newline of its own. */
  write: (text: string) => void;
};

/** @throws ItoolError bad_config, missing_file from reading the pipeline */
export function openRunner(workspace: string, pipeline: string, store: Store = openStore()): Runner {
  const readText = workspaceReader(workspace);
  const packages = workspacePackages(workspace);
  const codes = new Map<string, StageCode>();
  const remote = openRemoteBlobs();
  return {
    workspace,
    pipeline: resolvePipeline(pipeline, readText),
    store,
    ...(remote === undefined ? {} : { remote }),
    readText,
    loadKind: (kind) => loadKind(workspace, packages, kind),
    codeOf: (kind) => {
      const code = codes.get(kind) ?? stageCode(workspace, sourceClosure(kind, packages, readText));
      codes.set(kind, code);
      return code;
    },
    loadStage: (kind) => loadStage(workspace, kind, loadKind(workspace, packages, kind)),
    write: (text) => process.stderr.write(text),
  };
}

/** Folder with manifest.json and provenance.json of a stage. */
export function artifactFolder(runner: Runner, stage: string): string {
  return join(runner.workspace, stageFolder(runner.pipeline.name, stage));
}

/** @throws ItoolError missing_file when the stage has not run */
export function needManifest(runner: Runner, stage: string): Manifest {
  const manifest = readManifest(join(artifactFolder(runner, stage), 'manifest.json'));
  if (manifest !== undefined) return manifest;
  throw new ItoolError({
    code: 'missing_file',
    message: `stage: has no result yet: ${runner.pipeline.name}.${stage}`,
    hint: `Run it first: npx nx run ${runner.pipeline.name}.${stage}:run`,
  });
}

async function loadStage(
  workspace: string,
  kind: string,
  { paramsSchema }: StageKind,
): Promise<StageDefinition<unknown>> {
  const file = join(workspace, 'libs', 'stages', kind, 'src', 'index.ts');
  const { stage } = (await import(file)) as { stage?: StageDefinition<unknown> };
  if (stage?.kind === kind && stage.params === paramsSchema) return stage;
  throw new ItoolError({
    code: 'internal',
    message: `stage: libs/stages/${kind}/src/index.ts does not export a stage of kind ${kind} with the schema of its params.ts`,
    hint: 'Export `stage: StageDefinition<...>` with `kind` equal to the folder name and `params: paramsSchema`.',
  });
}
