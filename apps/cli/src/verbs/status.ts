import { join } from 'node:path';
import { readManifest } from '@itool/artifact';
import { readRunRecords } from '@itool/ledger';
import { listPipelines, resolvePipeline, stageFolder, workspaceReader } from '@itool/pipeline';
import { ItoolError } from '@itool/record';
import { choosePipeline } from '../choose-pipeline.ts';
import { lastRun, type RunSummary, summarizeRun } from '../runs/summarize-run.ts';
import { printJson, type Terminal } from '../terminal.ts';
import { bytesText, durationText } from '../text/quantities.ts';
import { textTable } from '../text/text-table.ts';

/** @throws ItoolError missing_file when the pipeline has not been run in this checkout */
export function statusVerb(terminal: Terminal, wanted: string | undefined, options: { json?: boolean }): void {
  const name = choosePipeline(wanted, listPipelines(terminal.workspace));
  const summary = runSummary(terminal.workspace, name, 0);
  if (summary === null) {
    throw new ItoolError({
      code: 'missing_file',
      message: `cli: pipeline has not been run in this checkout: ${name}`,
      hint: `Run it: itool run ${name}`,
    });
  }
  if (options.json) printJson(terminal, { pipeline: name, ...summary });
  else terminal.out(statusText(name, summary));
}

/** The last run of a pipeline that began at `since` (milliseconds since 1970) or later; null when there is none. */
export function runSummary(workspace: string, pipeline: string, since: number): RunSummary | null {
  const record = lastRun(readRunRecords(workspace), pipeline);
  if (record === undefined || record.start < since) return null;
  const stages = resolvePipeline(pipeline, workspaceReader(workspace)).stages.map((stage) => stage.name);
  const sizes = new Map(
    stages.flatMap((stage): [string, number][] => {
      const manifest = readManifest(join(workspace, stageFolder(pipeline, stage), 'manifest.json'));
      if (manifest === undefined) return [];
      return [[stage, Object.values(manifest.outputs).reduce((sum, blob) => sum + blob.size, 0)]];
    }),
  );
  return summarizeRun(record, pipeline, stages, sizes);
}

export function statusText(pipeline: string, summary: RunSummary): string {
  const took = summary.duration_ms === null ? 'goes on, or was killed' : `took ${durationText(summary.duration_ms)}`;
  const commit = summary.commit === null ? '' : `, commit ${summary.commit.slice(0, 10)}`;
  const head = `${pipeline}: run ${summary.id} of ${new Date(summary.start).toISOString()} ${took}${commit}\n${outcomeLine(summary)}\n\n`;
  const rows = summary.stages.map(({ stage, outcome, duration_ms, bytes }) => [
    stage,
    outcome,
    duration_ms === null ? '' : durationText(duration_ms),
    bytes === null ? '' : bytesText(bytes),
  ]);
  return head + textTable([['stage', 'outcome', 'time', 'size'], ...rows], [2, 3]);
}

/** `3 ran, 18 hit`; outcomes that did not occur are left out. */
export function outcomeLine(summary: RunSummary): string {
  const outcomes = ['ran', 'hit', 'failed', 'skipped', 'not reached'] as const;
  const counts = outcomes.map(
    (outcome) => [summary.stages.filter((stage) => stage.outcome === outcome).length, outcome] as const,
  );
  return counts
    .filter(([count]) => count > 0)
    .map(([count, outcome]) => `${count} ${outcome}`)
    .join(', ');
}
