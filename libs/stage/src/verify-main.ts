import { openRunner } from './runner/open-runner.ts';
import { describeError } from './runner/report-error.ts';
import { verifyRun } from './runner/verify-run.ts';

/** Ends a run of a pipeline: `verify-main.ts <pipeline>` checks all outputs and says where the report is. */
async function main(pipeline: string | undefined): Promise<void> {
  if (pipeline === undefined) {
    process.stderr.write('usage: verify-main.ts <pipeline>\n');
    process.exitCode = 2;
    return;
  }
  const { outputs, bytes, remote_bytes, healed, reports } = await verifyRun(openRunner(process.cwd(), pipeline));
  const far = remote_bytes === 0 ? '' : `, of which ${(remote_bytes / 1e6).toFixed(1)} MB with the team only`;
  process.stdout.write(
    `${pipeline}: all ${outputs} outputs are there and intact (${(bytes / 1e6).toFixed(1)} MB${far})\n`,
  );
  if (healed.length > 0) process.stdout.write(`made again from lost or damaged bytes: ${healed.join(', ')}\n`);
  const shown = reports.filter((file) => file.endsWith('.html'));
  for (const file of shown.length > 0 ? shown : reports) process.stdout.write(`report: ${file}\n`);
}

main(process.argv[2]).catch((error: unknown) => {
  process.stderr.write(describeError(error, process.env['ITOOL_DEBUG'] === '1'));
  process.exitCode = 1;
});
