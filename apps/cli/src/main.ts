import { join } from 'node:path';
import { makeProgram } from './program.ts';
import { reportFailure } from './report-failure.ts';

/** Runs one command line; sets the exit code instead of exiting, so that output is written to its end. */
export async function main(argv: readonly string[]): Promise<void> {
  const terminal = {
    workspace: join(__dirname, '..', '..', '..'),
    out: (text: string) => process.stdout.write(text),
    err: (text: string) => process.stderr.write(text),
    exit: (code: number) => {
      process.exitCode = code;
    },
  };
  try {
    await makeProgram(terminal).parseAsync(argv, { from: 'user' });
  } catch (thrown) {
    process.exitCode = reportFailure(thrown, argv.includes('--json'), terminal);
  }
}
