import { createCallScanner } from '@itool/tool-call';

/**
 * Direction of a pair on the two axes on which step-level pairs are known to be biased (specs: miniature, 3.3 and 3.4):
 * `close` prefers closing the call to a further argument and `comma` the reverse; `refuse` prefers prose to a call and
 * `call` the reverse.
 */
export const SIDES = ['close', 'comma', 'refuse', 'call'] as const;
export type PairSide = (typeof SIDES)[number] | 'other';

/** Direction of a pair of fragments after the same prefix. */
export function pairSide(prefix: string, chosen: string, rejected: string): PairSide {
  if (prefix.trim() === '') {
    const calls = [chosen, rejected].map(beginsCall);
    if (calls[0] !== calls[1]) return calls[0] ? 'call' : 'refuse';
  }
  const kinds = [chosen, rejected].map((fragment) => firstBoundary(prefix, fragment));
  if (kinds[0] === 'call' && kinds[1] === 'argument') return 'close';
  if (kinds[0] === 'argument' && kinds[1] === 'call') return 'comma';
  return 'other';
}

/** A response in the list form, or in the bare form where a call is opened before any sentence ends. */
function beginsCall(text: string): boolean {
  if (text.trimStart().startsWith('[')) return true;
  const kind = firstBoundary('', text);
  return kind === 'argument' || kind === 'call';
}

function firstBoundary(prefix: string, fragment: string): string | undefined {
  const scanner = createCallScanner();
  scanner.feed(prefix);
  return scanner.feed(fragment)[0]?.kind;
}
