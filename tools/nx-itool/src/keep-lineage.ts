import { existsSync } from 'node:fs';
import { objectPath, putObject, type RunRecord, recordRun } from '@itool/ledger';

/**
 * Appends a finished run to the ledger and, where `ITOOL_OPENLINEAGE` says so, sends its events. Whatever goes wrong here is said
 * and changes nothing about the run.
 */
export async function keepLineage(workspace: string, record: RunRecord, text: string): Promise<void> {
  try {
    const entry = recordRun(workspace, record, text);
    if (entry === null || entry.body.kind !== 'run') return;
    const ran = Object.entries(entry.body.tasks).filter(([, task]) => task.status === 'success');
    if (ran.length > 0)
      await keepSources(
        workspace,
        ran.map(([stage]) => stage),
      );
    if (process.env['ITOOL_OPENLINEAGE']) {
      const { emitRun } = await import('@itool/lineage');
      await emitRun(workspace, entry, process.env);
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    process.stderr.write(`nx-itool: lineage of this run is not kept: ${why}\n`);
  }
}

/** Lists of the sources that stages were made from, by digest, so that `explain` can name the file that changed. */
async function keepSources(workspace: string, stages: readonly string[]): Promise<void> {
  const { openRunner } = await import('@itool/stage');
  for (const pipeline of new Set(stages.map((stage) => stage.split('.')[0]!))) {
    const runner = openRunner(workspace, pipeline);
    const names = new Set(
      stages.filter((stage) => stage.startsWith(`${pipeline}.`)).map((stage) => stage.split('.')[1]),
    );
    for (const kind of new Set(runner.pipeline.stages.filter(({ name }) => names.has(name)).map(({ kind }) => kind))) {
      const { digest, listing } = runner.codeOf(kind);
      if (!existsSync(objectPath(workspace, digest))) putObject(workspace, listing);
    }
  }
}
