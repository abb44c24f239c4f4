import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { findStage, listPipelines, resolvePipeline, workspaceReader } from '@itool/pipeline';
import { choosePipeline } from '../choose-pipeline.ts';
import { type RunRecord, readRunRecords, taskId } from '../runs/run-record.ts';
import { printJson, type Terminal } from '../terminal.ts';

/**
 * Computes a stage again and accepts whatever comes out. Entries of the Nx cache for the stage are removed, since Nx would otherwise
 * restore the manifest that was given up.
 */
export async function repairVerb(terminal: Terminal, wanted: string, options: { json?: boolean }): Promise<void> {
  const { workspace } = terminal;
  const target = parseTarget(wanted);
  const pipeline = choosePipeline(target.pipeline, listPipelines(workspace));
  findStage(resolvePipeline(pipeline, workspaceReader(workspace)), target.stage);
  // Stage commands, and with them parameters with relative paths, expect the root as working folder.
  process.chdir(workspace);
  const { openRunner, runStage } = await import('@itool/stage');
  await runStage(openRunner(workspace, pipeline), target.stage, true);
  const { cacheDir } = await import('@nx/devkit');
  for (const hash of hashesOf(readRunRecords(workspace), taskId(pipeline, target.stage))) {
    rmSync(join(cacheDir, hash), { recursive: true, force: true });
  }
  if (options.json) printJson(terminal, { pipeline, stage: target.stage, repaired: true });
  else
    terminal.out(
      `${pipeline}.${target.stage}: made again and accepted. "itool run ${pipeline}" runs what depends on it.\n`,
    );
}

/** `mine-1` or `itool.mine-1`. Names of stages hold no dot. */
export function parseTarget(text: string): { pipeline: string | undefined; stage: string } {
  const dot = text.indexOf('.');
  return dot === -1
    ? { pipeline: undefined, stage: text }
    : { pipeline: text.slice(0, dot), stage: text.slice(dot + 1) };
}

/** Every hash under which Nx has known a task. */
export function hashesOf(records: readonly RunRecord[], id: string): string[] {
  const hashes = records.flatMap((record) => record.tasks[id]?.hash ?? []);
  // A hash is a folder name below: anything else would reach outside of the cache.
  return [...new Set(hashes)].filter((hash) => /^\d+$/.test(hash));
}
