import { join } from 'node:path';
import { inspectBlob, manifestDigest, readManifest, readProvenance } from '@itool/artifact';
import { type RunRecord, readObject, taskId } from '@itool/ledger';
import { compareListings } from '@itool/lineage';
import { type ResolvedStage, UNCACHED_KINDS } from '@itool/pipeline';
import { artifactFolder, type InputDigests, knowsResult, type Runner, stageBasis, stageKey } from '@itool/stage';
import { editedFolders } from './edited-folders.ts';
import type { StageState } from './plan-stages.ts';

/**
 * Reads how every stage is defined now and how its last result was made. Nothing is run, and nothing in the store is touched.
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
    missing_outputs: Object.values(manifest?.outputs ?? {}).filter(
      (blob) => inspectBlob(runner.store, blob) !== 'intact',
    ).length,
    stored: isKnown(inputs) && knowsResult(runner.store, stageKey(basis, inputs)),
    changed_files: isOwn ? changedFiles(runner, provenance.code, stage.kind) : null,
    edited_folders:
      ran === undefined ? [] : editedFolders(runner.workspace, runner.codeOf(stage.kind).files, ran.start),
  };
}

/** Sources that differ from those of the last result; null when the list of those is not kept here. */
function changedFiles(runner: Runner, recorded: string, kind: string): string[] | null {
  const { listing } = runner.codeOf(kind);
  const before = readObject(runner.workspace, recorded);
  return before === undefined ? null : compareListings(before, listing).map(({ file }) => file);
}

function presentInput(runner: Runner, stage: string): { stage: string; manifest: string | null } {
  const manifest = readManifest(join(artifactFolder(runner, stage), 'manifest.json'));
  return { stage, manifest: manifest === undefined ? null : manifestDigest(manifest) };
}

function isKnown(inputs: StageState['inputs']): inputs is InputDigests {
  return Object.values(inputs).every((list) => list.every((need) => need.manifest !== null));
}
