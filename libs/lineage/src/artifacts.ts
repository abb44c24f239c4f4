import { join } from 'node:path';
import { type Manifest, openStore, type Provenance, readManifest, readProvenance, type Store } from '@itool/artifact';
import { resolvePipeline, stageFolder, workspaceReader } from '@itool/pipeline';

/** A stage as it lies in the artifacts folder. */
export type StageArtifacts = {
  name: string;
  kind: string;
  manifest: Manifest;
  /** How the manifest was made: parameters, code, the stages of each role. */
  provenance: Provenance;
};

/** What a pipeline has made, producers first. Stages that have not run are left out. */
export type PipelineArtifacts = { pipeline: string; store: Store; stages: StageArtifacts[] };

/** @throws ItoolError bad_config, missing_file from reading the pipeline */
export function readArtifacts(workspace: string, pipeline: string, store: Store = openStore()): PipelineArtifacts {
  const { stages } = resolvePipeline(pipeline, workspaceReader(workspace));
  const found = stages.flatMap(({ name }): StageArtifacts[] => {
    const folder = join(workspace, stageFolder(pipeline, name));
    const manifest = readManifest(join(folder, 'manifest.json'));
    const provenance = readProvenance(join(folder, 'provenance.json'));
    return manifest === undefined || provenance === undefined
      ? []
      : [{ name, kind: provenance.kind, manifest, provenance }];
  });
  return { pipeline, store, stages: found };
}

/** Names of the stages that fill a role of a stage. */
export function stagesOfRole(stage: StageArtifacts, role: string): string[] {
  return (stage.provenance.inputs[role] ?? []).map((input) => input.stage);
}
