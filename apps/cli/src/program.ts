import { Command } from 'commander';
import { version } from '../package.json';
import type { Terminal } from './terminal.ts';

const PIPELINE = 'folder below pipelines/; may be left out when there is one, or one called itool';
const JSON_FLAG = 'print the result as JSON on stdout';

/** The verbs with their options. Each verb is loaded when it is used, so that help and errors appear at once. */
export function makeProgram(terminal: Terminal): Command {
  const program = new Command('itool')
    .description('Fine-tune language models for tool use, step by step, and recompute only what a change touches.')
    .version(version, '--version')
    .exitOverride()
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err })
    .showHelpAfterError('(itool --help shows what there is)');
  const verb = (name: string, summary: string): Command =>
    program.command(name).description(summary).option('--json', JSON_FLAG);

  verb('run', 'run a pipeline; stages whose code, parameters and inputs have not changed are taken from the cache')
    .argument('[pipeline]', PIPELINE)
    .argument('[nx-options...]', 'further options for nx, after --, for example: itool run itool -- --parallel=1')
    .option('--skip-cache', 'start every stage again; a stage that finds nothing changed still ends at once')
    .action(async (pipeline, nxOptions, options) => {
      const { runVerb } = await import('./verbs/run.ts');
      await runVerb(terminal, pipeline, { ...options, nx_options: nxOptions });
    });
  verb('plan', 'say what a run would do, stage by stage, and why; nothing is run')
    .argument('[pipeline]', PIPELINE)
    .action(async (pipeline, options) => {
      const { planVerb } = await import('./verbs/plan.ts');
      planVerb(terminal, pipeline, options);
    });
  verb('status', 'show the last run: what ran, what came from the cache, times and sizes')
    .argument('[pipeline]', PIPELINE)
    .action(async (pipeline, options) => {
      const { statusVerb } = await import('./verbs/status.ts');
      statusVerb(terminal, pipeline, options);
    });
  verb('report', 'say where the report of a pipeline is, or print it')
    .argument('[pipeline]', PIPELINE)
    .option('--format <format>', 'print the report itself: html, md or json')
    .action(async (pipeline, options) => {
      const { reportVerb } = await import('./verbs/report.ts');
      reportVerb(terminal, pipeline, options);
    });
  verb('env', 'show what this machine computes with: backend and why, threads, store, versions').action(
    async (options) => {
      const { envVerb } = await import('./verbs/env.ts');
      await envVerb(terminal, options);
    },
  );
  verb(
    'repair',
    'compute a stage again in place and accept the result, when its bytes are lost and cannot be made the same',
  )
    .argument('<stage>', 'stage, or pipeline and stage: mine-1, itool.mine-1, "itool mine-1"')
    .argument('[stage-of-pipeline]', 'stage, when the first argument is the pipeline')
    .action(async (first, second, options) => {
      const { repairVerb } = await import('./verbs/repair.ts');
      await repairVerb(terminal, second === undefined ? first : `${first}.${second}`, options);
    });
  return program;
}
