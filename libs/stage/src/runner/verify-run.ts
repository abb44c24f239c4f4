import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { blobPath, hasBlob } from '@itool/artifact';
import { reportFolder } from '@itool/pipeline';
import { needManifest, type Runner } from './open-runner.ts';
import { rememberCheckout } from './remember-checkout.ts';
import { healStage } from './run-stage.ts';
import { lostOutputs } from './share-outputs.ts';

export type Verified = {
  /** Outputs that all manifests name together, each counted once per stage. */
  outputs: number;
  bytes: number;
  /** Of these, bytes that are with the team and not on this machine. */
  remote_bytes: number;
  /** Stages that had to run again because of lost or damaged bytes. */
  healed: string[];
  /** Files of report stages, laid out under their own names. */
  reports: string[];
};

/**
 * Checks that every byte that the manifests of a pipeline refer to is in the store and intact, or with the team, makes again what is not, and
 * lays the reports out. Data of the team stays where it is until somebody needs it; that of reports is needed now.
 *
 * @throws ItoolError missing_file when a stage has not run; not_reproducible
 */
export async function verifyRun(runner: Runner): Promise<Verified> {
  const verified: Verified = { outputs: 0, bytes: 0, remote_bytes: 0, healed: [], reports: [] };
  rememberCheckout(runner.store, runner.workspace);
  for (const stage of runner.pipeline.stages) {
    const manifest = needManifest(runner, stage.name);
    const isNeeded = stage.kind === 'report' || (await lostOutputs(runner, manifest)).length > 0;
    if (isNeeded && (await healStage(runner, stage.name))) verified.healed.push(stage.name);
    for (const blob of Object.values(manifest.outputs)) {
      verified.outputs++;
      verified.bytes += blob.size;
      if (!hasBlob(runner.store, blob)) verified.remote_bytes += blob.size;
    }
  }
  for (const stage of runner.pipeline.stages.filter((s) => s.kind === 'report')) {
    const folder = reportFolder(runner.pipeline.name, stage.name);
    rmSync(join(runner.workspace, folder), { recursive: true, force: true });
    const { outputs } = needManifest(runner, stage.name);
    for (const name of Object.keys(outputs).sort()) {
      const file = `${folder}/${name}`;
      mkdirSync(dirname(join(runner.workspace, file)), { recursive: true });
      copyFileSync(blobPath(runner.store, outputs[name]!.sha256), join(runner.workspace, file));
      verified.reports.push(file);
    }
  }
  return verified;
}
