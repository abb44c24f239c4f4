import { openRunner } from './runner/open-runner.ts';
import { describeError } from './runner/report-error.ts';
import { runStage } from './runner/run-stage.ts';

/** Runs one stage: `main.ts <pipeline> <stage> [--force]`, from the root of the checkout. Exit code 1 with one clear error on failure. */
async function main(argv: readonly string[]): Promise<void> {
  const [pipeline, stage] = argv.filter((a) => a !== '--force');
  if (pipeline === undefined || stage === undefined) {
    process.stderr.write('usage: main.ts <pipeline> <stage> [--force]\n');
    process.exitCode = 2;
    return;
  }
  const outcome = await runStage(openRunner(process.cwd(), pipeline), stage, argv.includes('--force'));
  if (outcome === 'unchanged') process.stderr.write('nothing has changed for this stage\n');
  if (outcome === 'shared')
    process.stderr.write('same code, parameters and inputs as a result in the store: taken from there\n');
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(describeError(error, process.env['ITOOL_DEBUG'] === '1'));
  process.exitCode = 1;
});
