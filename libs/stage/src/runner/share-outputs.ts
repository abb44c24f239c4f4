import { type FileDigest, hasBlob, type Manifest, type Provenance } from '@itool/artifact';
import type { Runner } from './open-runner.ts';
import { inParallel } from './remote-blobs.ts';

const AT_ONCE = 4;
/** Backends that stand in where a better one is not there. They agree with the others within tolerances, not byte for byte. */
const STAND_INS = ['wasm', 'cpu'];

/** Fetches what a manifest refers to and the store lacks; true when all of it is in the store now. */
export async function fetchOutputs(runner: Runner, manifest: Manifest): Promise<boolean> {
  const { remote, store } = runner;
  const lacking = distinct(manifest).filter((blob) => !hasBlob(store, blob));
  if (lacking.length === 0) return true;
  if (remote === undefined || (await remote.missing(lacking)).length > 0) return false;
  return (await inParallel(lacking, AT_ONCE, (blob) => remote.fetch(store, blob))).every(Boolean);
}

/**
 * Gives the outputs of a stage to the team before Nx gives it the manifest. Where that does not succeed the manifest is withheld, as it is
 * when a stand-in backend was taken by itself.
 */
export async function pushOutputs(
  runner: Runner,
  result: { manifest: Manifest; provenance: Provenance },
): Promise<void> {
  const { remote, store } = runner;
  if (remote === undefined) return;
  if (usedStandIn(result.provenance)) return remote.withhold();
  const pushed = await inParallel(distinct(result.manifest), AT_ONCE, (blob) => remote.push(store, blob));
  if (!pushed.every(Boolean)) await remote.withhold();
}

/** Outputs that are neither in the store nor with the team. */
export async function lostOutputs(runner: Runner, manifest: Manifest): Promise<FileDigest[]> {
  const lacking = distinct(manifest).filter((blob) => !hasBlob(runner.store, blob));
  if (lacking.length === 0 || runner.remote === undefined) return lacking;
  return runner.remote.missing(lacking);
}

function usedStandIn({ facts, params }: Provenance): boolean {
  const backend = facts['backend'] as { name?: string } | undefined;
  const asked = (params as { device?: string } | null)?.device;
  return backend?.name !== undefined && STAND_INS.includes(backend.name) && asked === 'auto';
}

function distinct(manifest: Manifest): FileDigest[] {
  return [...new Map(Object.values(manifest.outputs).map(({ sha256, size }) => [sha256, { sha256, size }])).values()];
}
