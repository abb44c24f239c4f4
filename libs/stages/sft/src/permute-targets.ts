import type { RandomStream } from '@itool/random';
import type { Message } from '@itool/record';

/** Rows with the last message of another row each (a cyclic shift of a random order), so that prompts say nothing about targets. */
export function permuteTargets<R extends { messages: Message[] }>(rows: readonly R[], stream: RandomStream): R[] {
  const order = stream.shuffle(rows.map((_, i) => i));
  const donor = new Map(order.map((row, k) => [row, order[(k + 1) % order.length]!]));
  return rows.map((row, i) => ({
    ...row,
    messages: [...row.messages.slice(0, -1), rows[donor.get(i)!]!.messages.at(-1)!],
  }));
}
