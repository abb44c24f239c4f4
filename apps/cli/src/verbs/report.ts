import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listPipelines, resolvePipeline, workspaceReader } from '@itool/pipeline';
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
  const path = reportPath(terminal.workspace, name, format ?? 'html');
  if (format !== undefined) terminal.out(readFileSync(path, 'utf8'));
  else if (options.json) printJson(terminal, { pipeline: name, path });
  else terminal.out(`${path}\n`);
}

/**
 * Report as the end of a run lays it out.
 *
 * @throws ItoolError missing_file when there is none yet
 */
export function reportPath(workspace: string, pipeline: string, format: string): string {
  const stages = resolvePipeline(pipeline, workspaceReader(workspace)).stages.filter(
    (stage) => stage.kind === 'report',
  );
  const files = stages.map((stage) => join(workspace, '.itool', 'reports', pipeline, stage.name, `report.${format}`));
  const found = files.find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw new ItoolError({
    code: 'missing_file',
    message: `cli: pipeline has no report yet: ${pipeline}`,
    hint: stages.length === 0 ? 'It has no stage of kind "report".' : `Run it: itool run ${pipeline}`,
  });
}
