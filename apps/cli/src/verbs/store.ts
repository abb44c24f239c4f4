import { existsSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { type Blob, blobPath, hasBlob, openStore, readManifest } from '@itool/artifact';
import { readRunRecords, taskId } from '@itool/ledger';
import { listPipelines, resolvePipeline, stageFolder, workspaceReader } from '@itool/pipeline';
import { ItoolError } from '@itool/record';
import { openRemoteBlobs, type RemoteBlobs } from '@itool/stage';
import { openRunGateway, type RunGateway } from '../cache/run-gateway.ts';
import { choosePipeline } from '../choose-pipeline.ts';
import { parseTarget } from '../choose-stage.ts';
import { listBlobs, manifestsInUse, planLocalGarbage, removeResults } from '../store/local-garbage.ts';
import { printJson, type Terminal } from '../terminal.ts';
import { bytesText } from '../text/quantities.ts';
import { textTable } from '../text/text-table.ts';

type Json = { json?: boolean };
type StageBlobs = { stage: string; blobs: Blob[] };

const DAY_MS = 24 * 3600 * 1000;

/** Bytes of the store, and of each stage of a pipeline in all and on this machine. */
export function storeDuVerb(terminal: Terminal, wanted: string | undefined, options: Json): void {
  const store = openStore();
  const all = listBlobs(store);
  const used = new Set(
    manifestsInUse(store, terminal.workspace).flatMap((m) => Object.values(m.outputs).map((b) => b.sha256)),
  );
  const sum = (sizes: readonly { size: number }[]): number => sizes.reduce((total, { size }) => total + size, 0);
  const { pipeline, stages } = stagesOf(terminal, wanted);
  const rows = stages.map(({ stage, blobs }) => ({
    ...{
      stage,
      bytes: sum(blobs),
      local_bytes: sum(blobs.filter(({ sha256 }) => existsSync(blobPath(store, sha256)))),
    },
  }));
  const total = {
    root: store.root,
    blobs: all.length,
    bytes: sum(all),
    used_bytes: sum(all.filter((b) => used.has(b.sha256))),
  };
  if (options.json) {
    printJson(terminal, { store: total, pipeline, stages: rows });
    return;
  }
  terminal.out(
    `${total.root}: ${total.blobs} blobs, ${bytesText(total.bytes)}, of which ${bytesText(total.used_bytes)} in use by checkouts\n\n`,
  );
  const cells = rows.map((row) => [row.stage, bytesText(row.bytes), bytesText(row.local_bytes)]);
  terminal.out(textTable([[pipeline, 'size', 'here'], ...cells], [1, 2]));
}

/** Removes blobs that no checkout refers to and that are old, or too many. */
export function storeGcVerb(
  terminal: Terminal,
  options: Json & { olderThan: number; maxSize?: number; dryRun?: boolean },
): void {
  const store = openStore();
  const referenced = new Set(
    manifestsInUse(store, terminal.workspace).flatMap((manifest) =>
      Object.values(manifest.outputs).map((b) => b.sha256),
    ),
  );
  const limits = { max_age_ms: options.olderThan * DAY_MS, max_bytes: options.maxSize && options.maxSize * 1e9 };
  const removed = planLocalGarbage(listBlobs(store), referenced, limits, Date.now());
  const bytes = removed.reduce((sum, { size }) => sum + size, 0);
  if (!options.dryRun) {
    for (const { path } of removed) rmSync(path, { force: true });
    removeResults(store, new Set(removed.map(({ sha256 }) => sha256)));
  }
  if (options.json) {
    printJson(terminal, { removed: removed.map((b) => b.sha256), bytes, dry_run: options.dryRun ?? false });
    return;
  }
  terminal.out(`${removed.length} blobs ${options.dryRun ? 'would be removed' : 'removed'}, ${bytesText(bytes)}\n`);
}

/** Gives the data of a pipeline, or of one stage, to the team; with `keep` the server also keeps what the last run refers to. */
export async function storePushVerb(
  terminal: Terminal,
  wanted: string | undefined,
  options: Json & { keep?: string },
): Promise<void> {
  const { pipeline, stages } = stagesOf(terminal, wanted);
  const store = openStore();
  const blobs = distinct(stages).filter((blob) => hasBlob(store, blob));
  await withTeam(terminal, async (remote, { gateway }) => {
    const failed: string[] = [];
    for (const blob of blobs) if (!(await remote.push(store, blob))) failed.push(blob.sha256);
    if (failed.length > 0) throw notMoved('pushed', failed);
    const kept =
      options.keep === undefined ? undefined : await keepRun(terminal, gateway, pipeline, options.keep, stages);
    const { blobs_pushed, sent } = gateway.counts;
    if (options.json) {
      printJson(terminal, { pipeline, blobs: blobs.length, pushed: blobs_pushed, bytes: sent, kept });
      return;
    }
    terminal.out(`${pipeline}: ${blobs.length} blobs are with the team; ${blobs_pushed} pushed, ${bytesText(sent)}\n`);
    if (kept !== undefined) terminal.out(`kept as ${options.keep}\n`);
  });
}

/** Fetches the data of a pipeline, or of one stage. */
export async function storePullVerb(terminal: Terminal, wanted: string | undefined, options: Json): Promise<void> {
  const { pipeline, stages } = stagesOf(terminal, wanted);
  const store = openStore();
  const lacking = distinct(stages).filter((blob) => !hasBlob(store, blob));
  const done = (fetched: number, bytes: number): void => {
    if (options.json) printJson(terminal, { pipeline, fetched, bytes });
    else terminal.out(`${pipeline}: ${fetched} blobs fetched, ${bytesText(bytes)}; all of its data is here\n`);
  };
  if (lacking.length === 0) return done(0, 0);
  await withTeam(terminal, async (remote, { gateway }) => {
    const failed: string[] = [];
    for (const blob of lacking) if (!(await remote.fetch(store, blob))) failed.push(blob.sha256);
    if (failed.length > 0) throw notMoved('fetched', failed);
    done(gateway.counts.blobs_fetched, gateway.counts.received);
  });
}

function stagesOf(terminal: Terminal, wanted: string | undefined): { pipeline: string; stages: StageBlobs[] } {
  const { workspace } = terminal;
  const available = listPipelines(workspace);
  const target =
    wanted === undefined || available.includes(wanted) ? { pipeline: wanted, stage: undefined } : parseTarget(wanted);
  const pipeline = choosePipeline(target.pipeline, available);
  const names = resolvePipeline(pipeline, workspaceReader(workspace)).stages.map((stage) => stage.name);
  if (target.stage !== undefined && !names.includes(target.stage)) {
    throw new ItoolError({
      code: 'bad_config',
      message: `cli: no such pipeline or stage: ${JSON.stringify(wanted)} (valid: ${[...available, ...names].join(', ')})`,
      hint: 'Name a pipeline, a stage of the default pipeline, or <pipeline>.<stage>.',
    });
  }
  const chosen = target.stage === undefined ? names : [target.stage];
  const stages = chosen.flatMap((stage) => {
    const manifest = readManifest(join(workspace, stageFolder(pipeline, stage), 'manifest.json'));
    return manifest === undefined ? [] : [{ stage, blobs: Object.values(manifest.outputs) }];
  });
  return { pipeline, stages };
}

function distinct(stages: readonly StageBlobs[]): Blob[] {
  return [...new Map(stages.flatMap(({ blobs }) => blobs).map((blob) => [blob.sha256, blob])).values()];
}

async function withTeam(
  terminal: Terminal,
  work: (remote: RemoteBlobs, run: RunGateway) => Promise<void>,
): Promise<void> {
  const run = await openRunGateway(terminal);
  const remote = run && openRemoteBlobs(run.env);
  if (run === undefined || remote === undefined) {
    throw new ItoolError({
      code: 'bad_config',
      message: 'cli: store: no team cache is configured',
      hint: 'Put its address into ~/.itool/cache.json or ITOOL_CACHE_SERVER; apps/cache-server/README.md tells how.',
    });
  }
  try {
    await work(remote, run);
  } finally {
    await run.gateway.close();
  }
}

/** Names what the last run of a pipeline refers to, under `id`, so that garbage collection on the server leaves it alone. */
async function keepRun(
  { workspace }: Terminal,
  gateway: RunGateway['gateway'],
  pipeline: string,
  id: string,
  stages: readonly StageBlobs[],
): Promise<true> {
  const records = readRunRecords(workspace);
  const hashOf = (stage: string): string | string[] => {
    const task = taskId(pipeline, stage);
    return records.find((record) => record.tasks[task]?.hash !== undefined)?.tasks[task]?.hash ?? [];
  };
  const run = {
    cache: stages.flatMap(({ stage }) => hashOf(stage)),
    blobs: distinct(stages).map((blob) => blob.sha256),
  };
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const asked = request(
      `${gateway.url}/v1/runs/${encodeURIComponent(id)}`,
      { method: 'PUT', headers: { authorization: `Bearer ${gateway.token}` } },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      },
    );
    asked.on('error', reject);
    asked.end(JSON.stringify(run));
  });
  if (status === 200) return true;
  throw new ItoolError({
    code: 'missing_file',
    message: `cli: store push: the server did not keep the run: ${JSON.stringify(id)}`,
    hint: 'Names have letters, digits, dots, dashes and underscores; the token needs the right to write.',
  });
}

function notMoved(what: string, failed: readonly string[]): ItoolError {
  return new ItoolError({
    code: 'missing_file',
    message: `cli: store: ${failed.length} blobs could not be ${what}: ${failed.slice(0, 3).join(', ')}${failed.length > 3 ? ', ...' : ''}`,
    hint: 'The lines above say what the server answers. What is missing here can be made again: itool run.',
  });
}
