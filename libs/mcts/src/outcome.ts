import type { Tool } from '@itool/record';
import { callsMatch, type ParsedCalls, parseCalls } from '@itool/tool-call';
import { astPrefix } from './ast-prefix.ts';
import type { TerminalReason } from './search-node.ts';

export type Outcome = (response: string, reason: TerminalReason | null) => number;

export type OutcomeOptions = {
  strict: boolean;
  /** Give a response that goes on the credit of `astPrefix` instead of 0. */
  ast_prefix?: boolean;
  tools?: readonly Tool[];
};

/**
 * O(s) against one ground truth (specs: itool, 7.1): 0 while the response goes on, else +1 when its calls match the ground
 * truth and -1 when they do not, when they cannot be read or when the response was cut off. Without calls in the ground
 * truth every response without a call is right; wording is the self-evaluation's business. A ground truth that cannot be read
 * is matched by its own text alone.
 */
export function outcomeOf(target: string, options: OutcomeOptions): Outcome {
  const expected = parseCalls(target);
  return (response, reason) => {
    if (reason === null) return options.ast_prefix === true ? astPrefix(response, expected) : 0;
    return reason === 'end' && isRight(response, target, expected, options) ? 1 : -1;
  };
}

function isRight(response: string, target: string, expected: ParsedCalls, options: OutcomeOptions): boolean {
  if (expected.status === 'syntaxError') return response.trim() === target.trim();
  const predicted = parseCalls(response);
  if (expected.status === 'noCall') return predicted.status === 'noCall';
  return predicted.status === 'ok' && callsMatch(predicted.calls, expected.calls, options);
}
