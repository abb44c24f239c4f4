import { CommanderError } from 'commander';
import { printJson, type Terminal } from './terminal.ts';

/** Says what went wrong in one line and a hint; returns the exit code: 2 for a wrong command line, else 1. */
export function reportFailure(thrown: unknown, json: boolean, terminal: Terminal): number {
  // Commander has written its message (or the help that was asked for) itself.
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2;
  const { code, message, hint } = describe(thrown);
  if (json) printJson(terminal, { error: { code, message, hint } });
  else terminal.err(`error: ${message}\n${hint === '' ? '' : `  hint: ${hint}\n`}`);
  if (process.env['ITOOL_DEBUG'] === '1' && thrown instanceof Error) terminal.err(`${thrown.stack ?? ''}\n`);
  return 1;
}

/** By its shape, not its class: loading the class would slow down every start. */
function describe(thrown: unknown): { code: string; message: string; hint: string } {
  if (!(thrown instanceof Error)) return { code: 'internal', message: String(thrown), hint: '' };
  const { code, hint } = thrown as Error & { code?: string; hint?: string };
  if (thrown.name === 'ItoolError') return { code: code ?? 'internal', message: thrown.message, hint: hint ?? '' };
  return {
    code: 'internal',
    message: `internal: ${thrown.message}`,
    hint: 'Run again with ITOOL_DEBUG=1 for the place in the code.',
  };
}
