import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listPipelines, reportFolder, resolvePipeline, workspaceReader } from '@itool/pipeline';
import { ItoolError } from '@itool/record';
import { choosePipeline } from '../choose-pipeline.ts';
import { printJson, type Terminal } from '../terminal.ts';

const FORMATS = ['html', 'md', 'json'];

export function reportVerb(
  terminal: Terminal,
  wanted: string | undefined,
  options: { json?: boolean; format?: string },
): void {
  const { format } = options;
  if (format !== undefined && !FORMATS.includes(format)) {
    throw new ItoolError({
      code: 'bad_config',
      message: `cli: no such format of a report: ${JSON.stringify(format)} (valid: ${FORMATS.join(', ')})`,
      hint: 'Use one of these.',
    });
  }
  const name = choosePipeline(wanted, listPipelines(terminal.workspace));
  const path = findReport(terminal.workspace, name, format ?? 'html');
  if (path === null) {
    throw new ItoolError({
      code: 'missing_file',
      message: `cli: pipeline has no report: ${name}`,
      hint: `A stage of kind "report" writes it when the pipeline is run: itool run ${name}`,
    });
  }
  if (format !== undefined) terminal.out(readFileSync(path, 'utf8'));
  else if (options.json) printJson(terminal, { pipeline: name, path });
  else terminal.out(`${path}\n`);
}

/** Report as the end of a run lays it out; null when there is none. */
export function findReport(workspace: string, pipeline: string, format: string): string | null {
  const stages = resolvePipeline(pipeline, workspaceReader(workspace)).stages.filter(
    (stage) => stage.kind === 'report',
  );
  const files = stages.map(({ name }) => join(workspace, reportFolder(pipeline, name), `report.${format}`));
  return files.find((file) => existsSync(file)) ?? null;
}
