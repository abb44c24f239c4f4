import { asNoSpace } from '@itool/artifact';
import { ItoolError } from '@itool/record';

/** Text for a person: what happened and what to do; a stack only for errors that nobody foresaw and with ITOOL_DEBUG=1. */
export function describeError(thrown: unknown, debug: boolean): string {
  const error = asNoSpace(thrown, 'the working folder');
  const lines =
    error instanceof ItoolError
      ? [`error: ${error.message}`, ...(error.hint ? [`  hint: ${error.hint}`] : [])]
      : [
          `error: internal: ${error instanceof Error ? error.message : String(error)}`,
          '  hint: Run again with ITOOL_DEBUG=1 for the place in the code.',
        ];
  if (debug && error instanceof Error)
    lines.push(error.stack ?? '', ...(error.cause instanceof Error ? [`caused by: ${error.cause.stack}`] : []));
  return `${lines.join('\n')}\n`;
}
