import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type RunRecord, readRunRecords, taskId } from '@itool/ledger';
import { chooseStage } from '../choose-stage.ts';
import { printJson, type Terminal } from '../terminal.ts';

/**
 * Computes a stage again and accepts whatever comes out. Entries of the Nx cache for the stage are removed, since Nx would otherwise
 * restore the manifest that was given up.
 */
export async function repairVerb(terminal: Terminal, wanted: string, options: { json?: boolean }): Promise<void> {
  const { workspace } = terminal;
  const target = chooseStage(workspace, wanted);
  const { pipeline } = target;
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

/** Every hash under which Nx has known a task. */
export function hashesOf(records: readonly RunRecord[], id: string): string[] {
  const hashes = records.flatMap((record) => record.tasks[id]?.hash ?? []);
  // A hash is a folder name below: anything else would reach outside of the cache.
  return [...new Set(hashes)].filter((hash) => /^\d+$/.test(hash));
}
