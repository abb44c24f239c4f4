import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { manifestDigest, manifestText, readProvenance } from '@itool/artifact';
import { findStage, type ResolvedStage, UNCACHED_KINDS } from '@itool/pipeline';
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
  resultOfKey,
  shareResult,
  writeResult,
} from './known-result.ts';
import { artifactFolder, needManifest, type Runner } from './open-runner.ts';
import { rememberCheckout } from './remember-checkout.ts';
import { fetchOutputs, pushOutputs } from './share-outputs.ts';
import { type InputDigests, type StageBasis, stageBasis, stageKey } from './stage-key.ts';

export type Outcome = 'ran' | 'unchanged' | 'shared';

type Prepared = {
  stage: ResolvedStage;
  basis: StageBasis;
  inputs: InputRole[];
  digests: InputDigests;
  key: string;
};

/**
 * Brings the result of a stage up to date: does nothing when provenance has the same key and all bytes are there, takes an equal result
 * from the store, or computes. `force` computes in any case and accepts whatever comes out.
 *
 * @throws ItoolError; the old manifest is gone when computing has failed, so that nobody reads a stale one
 */
export async function runStage(runner: Runner, name: string, force = false): Promise<Outcome> {
  rememberCheckout(runner.store, runner.workspace);
  const prepared = await prepare(runner, name);
  const folder = artifactFolder(runner, name);
  const { key } = prepared;
  const cached = !UNCACHED_KINDS.includes(prepared.stage.kind);
  if (cached && !force) {
    const own = resultOfKey(folder, key);
    if (own !== undefined && (await fetchOutputs(runner, own.manifest))) {
      await pushOutputs(runner, own);
      return 'unchanged';
    }
    const shared = resultInStore(runner.store, key);
    if (shared !== undefined) {
      rmSync(join(folder, 'manifest.json'), { force: true });
      writeResult(folder, {
        manifest: shared.manifest,
        provenance: { ...shared.provenance, pipeline: runner.pipeline.name, stage: name },
      });
      await pushOutputs(runner, shared);
      return 'shared';
    }
  }
  const outcome = await underLock(runner, prepared.stage, async (definition): Promise<Outcome> => {
    // Another process may have made it while this one waited.
    if (cached && !force && resultInPlace(runner.store, folder, key) !== undefined) return 'unchanged';
    if (force) forgetResult(runner.store, key);
    rmSync(join(folder, 'manifest.json'), { force: true });
    const result = await compute(runner, definition, prepared);
    writeResult(folder, result);
    if (cached) shareResult(runner.store, result);
    return 'ran';
  });
  // Without the lock of the device: others may compute while this is sent.
  const made = cached ? resultOfKey(folder, key) : undefined;
  if (made !== undefined) await pushOutputs(runner, made);
  return outcome;
}

/**
 * Makes sure that every output in the manifest of a stage is in the store: what is missing or damaged is fetched from the team, or else made
 * by running the stage again in place.
 *
 * @returns true when the stage had to run again
 * @throws ItoolError not_reproducible when what it was made from is no longer there, or gives other bytes than the manifest says
 */
export async function healStage(runner: Runner, name: string): Promise<boolean> {
  const manifest = needManifest(runner, name);
  if (await fetchOutputs(runner, manifest)) return false;
  runner.write(`${runner.pipeline.name}.${name}: outputs are missing from the store or damaged, making them again\n`);
  const prepared = await prepare(runner, name);
  if (readProvenance(join(artifactFolder(runner, name), 'provenance.json'))?.key !== prepared.key)
    throw outOfDate(runner, name);
  return underLock(runner, prepared.stage, async (definition) => {
    if (isComplete(runner.store, manifest)) return false;
    const again = await compute(runner, definition, prepared);
    if (manifestText(again.manifest) !== manifestText(manifest))
      throw notReproducible(runner, name, again, manifest.outputs);
    return true;
  });
}

async function prepare(runner: Runner, name: string): Promise<Prepared> {
  const stage = findStage(runner.pipeline, name);
  const basis = stageBasis(runner, stage);
  const inputs: InputRole[] = [];
  // In name order: the order in which a file writes its roles is no part of the key, so a stage must not see it.
  for (const role of Object.keys(stage.needs).sort()) {
    const need = stage.needs[role]!;
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
  return { stage, basis, inputs, digests, key: stageKey(basis, digests) };
}

async function compute(
  runner: Runner,
  definition: StageDefinition<unknown>,
  { stage, basis, inputs, digests, key }: Prepared,
): Promise<Result> {
  const { kind, code, externals, params, definitions } = basis;
  const collected = collectOutputs(runner.store);
  const scratch = join(runner.workspace, '.itool', 'scratch', key);
  mkdirSync(scratch, { recursive: true });
  const isTerminal = process.stderr.isTTY === true && process.env['NX_TASK_HASH'] === undefined;
  await definition.run({
    params,
    iteration: basis.iteration,
    definitions: definitions ?? [],
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
      kind,
      key,
      code,
      externals,
      params,
      inputs: digests,
      ...(definitions === undefined ? {} : { definitions }),
      manifest: manifestDigest(manifest),
      facts: { ...collected.facts(), node: process.version, platform: `${process.platform}-${process.arch}` },
    },
  };
}

/** Only here is the code of a stage loaded: what has not changed ends without it. */
async function underLock<T>(
  runner: Runner,
  stage: ResolvedStage,
  work: (definition: StageDefinition<unknown>) => Promise<T>,
): Promise<T> {
  const definition = await runner.loadStage(stage.kind);
  if (definition.device === 'none') return work(definition);
  const log = (line: string): void => runner.write(`${line}\n`);
  const lock = join(runner.store.root, 'device.lock');
  return withDeviceLock(lock, `${stage.pipeline}.${stage.name}`, log, () => work(definition));
}

function outOfDate(runner: Runner, name: string): ItoolError {
  const stage = `${runner.pipeline.name}.${name}`;
  return new ItoolError({
    code: 'not_reproducible',
    message: `stage: outputs of ${stage} are lost, and its code, parameters or inputs are no longer those that they were made from`,
    hint: `Make it from the present ones: npx nx run ${stage}:run`,
  });
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
