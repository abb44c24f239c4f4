import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { manifestDigest, manifestText } from '@itool/artifact';
import { findStage, parseParams, type ResolvedStage, UNCACHED_KINDS } from '@itool/pipeline';
import { ItoolError } from '@itool/record';
import { startProgress } from '../progress.ts';
import type { StageDefinition } from '../stage-definition.ts';
import { type InputRole, makeInputs } from '../stage-inputs.ts';
import { collectOutputs } from '../stage-outputs.ts';
import { withDeviceLock } from './device-lock.ts';
import {
  forgetResult,
  isComplete,
  type Result,
  resultInPlace,
  resultInStore,
  shareResult,
  writeResult,
} from './known-result.ts';
import { artifactFolder, needManifest, type Runner } from './open-runner.ts';
import { type StageKey, stageKey } from './stage-key.ts';

export type Outcome = 'ran' | 'unchanged' | 'shared';

type Prepared = {
  stage: ResolvedStage;
  definition: StageDefinition<unknown>;
  params: unknown;
  inputs: InputRole[];
  key: StageKey;
};

/**
 * Brings the result of a stage up to date: does nothing when provenance has the same key and all bytes are there, takes an equal result
 * from the store, or computes. `force` computes in any case and accepts whatever comes out.
 *
 * @throws ItoolError; the old manifest is gone when computing has failed, so that nobody reads a stale one
 */
export async function runStage(runner: Runner, name: string, force = false): Promise<Outcome> {
  const prepared = await prepare(runner, name);
  const folder = artifactFolder(runner, name);
  const { key } = prepared.key;
  const cached = !UNCACHED_KINDS.includes(prepared.stage.kind);
  if (cached && !force) {
    if (resultInPlace(runner.store, folder, key) !== undefined) return 'unchanged';
    const shared = resultInStore(runner.store, key);
    if (shared !== undefined) {
      rmSync(join(folder, 'manifest.json'), { force: true });
      writeResult(folder, {
        manifest: shared.manifest,
        provenance: { ...shared.provenance, pipeline: runner.pipeline.name, stage: name },
      });
      return 'shared';
    }
  }
  return underLock(runner, prepared, async () => {
    // Another process may have made it while this one waited.
    if (cached && !force && resultInPlace(runner.store, folder, key) !== undefined) return 'unchanged';
    if (force) forgetResult(runner.store, key);
    rmSync(join(folder, 'manifest.json'), { force: true });
    const result = await compute(runner, prepared);
    writeResult(folder, result);
    if (cached) shareResult(runner.store, result);
    return 'ran';
  });
}

/**
 * Makes sure that every output in the manifest of a stage is in the store, by running the stage again in place where one is missing or damaged.
 *
 * @returns true when the stage had to run again
 * @throws ItoolError not_reproducible when that gives other bytes than the manifest says
 */
export async function healStage(runner: Runner, name: string): Promise<boolean> {
  const manifest = needManifest(runner, name);
  if (isComplete(runner.store, manifest)) return false;
  runner.write(`${runner.pipeline.name}.${name}: outputs are missing from the store or damaged, making them again\n`);
  const prepared = await prepare(runner, name);
  return underLock(runner, prepared, async () => {
    if (isComplete(runner.store, manifest)) return false;
    const again = await compute(runner, prepared);
    if (manifestText(again.manifest) !== manifestText(manifest))
      throw notReproducible(runner, name, again, manifest.outputs);
    return true;
  });
}

async function prepare(runner: Runner, name: string): Promise<Prepared> {
  const stage = findStage(runner.pipeline, name);
  const definition = await runner.loadStage(stage.kind);
  const params = parseParams(stage, definition.params, runner.readText);
  const inputs: InputRole[] = [];
  for (const [role, need] of Object.entries(stage.needs)) {
    for (const producer of need.stages) await healStage(runner, producer);
    inputs.push({
      role,
      list: need.list,
      stages: need.stages.map((s) => ({ stage: s, manifest: needManifest(runner, s) })),
    });
  }
  const digests = Object.fromEntries(
    inputs.map(({ role, stages }) => [
      role,
      stages.map((s) => ({ stage: s.stage, manifest: manifestDigest(s.manifest) })),
    ]),
  );
  return { stage, definition, params, inputs, key: stageKey(runner, stage, params, digests) };
}

async function compute(runner: Runner, { stage, definition, params, inputs, key }: Prepared): Promise<Result> {
  const collected = collectOutputs(runner.store);
  const scratch = join(runner.workspace, '.itool', 'scratch', key.key);
  mkdirSync(scratch, { recursive: true });
  const isTerminal = process.stderr.isTTY === true && process.env['NX_TASK_HASH'] === undefined;
  await definition.run({
    params,
    iteration: stage.iteration ?? 0,
    inputs: makeInputs(runner.store, inputs),
    out: collected.outputs,
    progress: (options) => startProgress({ write: runner.write, isTerminal, now: () => performance.now() }, options),
    log: (line) => runner.write(`${line}\n`),
    scratch,
    workspace: runner.workspace,
  });
  rmSync(scratch, { recursive: true, force: true });
  const manifest = collected.manifest();
  return {
    manifest,
    provenance: {
      pipeline: stage.pipeline,
      stage: stage.name,
      kind: stage.kind,
      key: key.key,
      code: key.code,
      externals: key.externals,
      params: key.params,
      inputs: key.inputs,
      manifest: manifestDigest(manifest),
      facts: { ...collected.facts(), node: process.version, platform: `${process.platform}-${process.arch}` },
    },
  };
}

function underLock<T>(runner: Runner, { stage, definition }: Prepared, work: () => Promise<T>): Promise<T> {
  if (definition.device === 'none') return work();
  const log = (line: string): void => runner.write(`${line}\n`);
  return withDeviceLock(join(runner.store.root, 'device.lock'), `${stage.pipeline}.${stage.name}`, log, work);
}

function notReproducible(
  runner: Runner,
  name: string,
  again: Result,
  wanted: Result['manifest']['outputs'],
): ItoolError {
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(again.manifest.outputs)])].sort();
  const others = names.filter((output) => wanted[output]?.sha256 !== again.manifest.outputs[output]?.sha256);
  return new ItoolError({
    code: 'not_reproducible',
    message: `stage: running ${runner.pipeline.name}.${name} again gave other bytes than its manifest says: ${others.join(', ')}`,
    hint: `To accept the new result and run what depends on it: itool repair ${runner.pipeline.name} ${name}`,
  });
}
