import { join } from 'node:path';
import { hasBlob, manifestDigest, readManifest, readProvenance } from '@itool/artifact';
import { type ResolvedStage, UNCACHED_KINDS } from '@itool/pipeline';
import { artifactFolder, type InputDigests, type Runner, resultInStore, stageBasis, stageKey } from '@itool/stage';
import { type RunRecord, taskId } from '../runs/run-record.ts';
import { editedFolders } from './edited-folders.ts';
import type { StageState } from './plan-stages.ts';

/**
 * Reads how every stage is defined now and how its last result was made. Nothing is run.
 *
 * @throws ItoolError bad_config for a parameter that its stage does not take
 */
export function readStageStates(runner: Runner, records: readonly RunRecord[]): StageState[] {
  return runner.pipeline.stages.map((stage) => stateOf(runner, records, stage));
}

function stateOf(runner: Runner, records: readonly RunRecord[], stage: ResolvedStage): StageState {
  const basis = stageBasis(runner, stage);
  const manifest = readManifest(join(artifactFolder(runner, stage.name), 'manifest.json'));
  const provenance = readProvenance(join(artifactFolder(runner, stage.name), 'provenance.json'));
  const isOwn = manifest !== undefined && provenance?.manifest === manifestDigest(manifest);
  const inputs = Object.fromEntries(
    Object.entries(stage.needs).map(([role, need]) => [role, need.stages.map((name) => presentInput(runner, name))]),
  );
  const ran = records.find((record) => taskId(stage.pipeline, stage.name) in record.tasks);
  return {
    ...basis,
    name: stage.name,
    cached: !UNCACHED_KINDS.includes(stage.kind),
    inputs,
    recorded: isOwn ? provenance : null,
    missing_outputs: Object.values(manifest?.outputs ?? {}).filter((blob) => !hasBlob(runner.store, blob)).length,
    stored: isKnown(inputs) && resultInStore(runner.store, stageKey(basis, inputs)) !== undefined,
    edited_folders:
      ran === undefined ? [] : editedFolders(runner.workspace, runner.codeOf(stage.kind).files, ran.start),
  };
}

function presentInput(runner: Runner, stage: string): { stage: string; manifest: string | null } {
  const manifest = readManifest(join(artifactFolder(runner, stage), 'manifest.json'));
  return { stage, manifest: manifest === undefined ? null : manifestDigest(manifest) };
}

function isKnown(inputs: StageState['inputs']): inputs is InputDigests {
  return Object.values(inputs).every((list) => list.every((need) => need.manifest !== null));
}
