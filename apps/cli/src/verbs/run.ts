import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { listPipelines } from '@itool/pipeline';
import { ItoolError } from '@itool/record';
import { countsLine, openRunGateway } from '../cache/run-gateway.ts';
import { choosePipeline } from '../choose-pipeline.ts';
import { printJson, type Terminal } from '../terminal.ts';
import { durationText } from '../text/quantities.ts';
import { findReport } from './report.ts';
import { outcomeLine, runSummary } from './status.ts';

export type RunOptions = { json?: boolean; skipCache?: boolean; localCache?: boolean; nx_options: readonly string[] };

/** Runs a pipeline with Nx, whose output goes to stderr when stdout is wanted for JSON. The exit code is that of Nx. */
export async function runVerb(terminal: Terminal, wanted: string | undefined, options: RunOptions): Promise<void> {
  const { workspace } = terminal;
  const further = [...options.nx_options];
  // Without a pipeline, what follows `--` arrives in its place.
  const isOption = wanted?.startsWith('-') ?? false;
  if (isOption) further.unshift(wanted!);
  checkOptions(further);
  const name = choosePipeline(isOption ? undefined : wanted, listPipelines(workspace));
  const began = Date.now();
  const team = options.localCache ? undefined : await openRunGateway(terminal);
  const args = nxArguments(name, options.skipCache ?? false, further);
  const code = await spawnNx(workspace, args, options.json ?? false, team?.env ?? process.env);
  await team?.gateway.close();
  terminal.exit(code);
  // Nx leaves no record when it refuses the pipeline before the first task.
  const summary = runSummary(workspace, name, began);
  const report = code === 0 ? findReport(workspace, name, 'html') : null;
  if (options.json) {
    printJson(terminal, { pipeline: name, exit_code: code, report, ...summary, cache: team?.gateway.counts });
    return;
  }
  if (summary !== null) {
    const took = summary.duration_ms === null ? '' : ` in ${durationText(summary.duration_ms)}`;
    terminal.out(`\n${name}: ${outcomeLine(summary)}${took}\n`);
  }
  if (team !== undefined) terminal.out(`cache: ${countsLine(team.gateway.counts)}\n`);
  if (report !== null) terminal.out(`report: ${report}\n`);
}

function checkOptions(options: readonly string[]): void {
  const stray = options.find((option) => !option.startsWith('-'));
  if (stray === undefined) return;
  throw new ItoolError({
    code: 'bad_config',
    message: `cli: run takes one pipeline and, after --, options for nx: ${JSON.stringify(stray)} is neither`,
    hint: 'For example: itool run itool -- --parallel=1',
  });
}

export function nxArguments(pipeline: string, skipCache: boolean, further: readonly string[]): string[] {
  const style = further.some((option) => option.startsWith('--outputStyle')) ? [] : ['--outputStyle=stream'];
  return ['run', `${pipeline}:run`, ...style, ...(skipCache ? ['--skip-nx-cache'] : []), ...further];
}

function spawnNx(
  workspace: string,
  args: readonly string[],
  outputToStderr: boolean,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const nx = join(workspace, 'node_modules', 'nx', 'dist', 'bin', 'nx.js');
  const child = spawn(process.execPath, [nx, ...args], {
    ...{ cwd: workspace, env },
    stdio: ['inherit', outputToStderr ? process.stderr : 'inherit', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}
