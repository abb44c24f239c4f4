import type { RandomStream } from '@itool/random';
import { FIRST_SYLLABLES, SECOND_SYLLABLES, TITLE_FIRST_WORDS, TITLE_SECOND_WORDS } from './data/words.ts';
import { isHeldOutValue } from './held-out.ts';

type Pool = { training: readonly string[]; held_out: readonly string[] };

function pool(first: readonly string[], second: readonly string[], separator: string): Pool {
  const all = first.flatMap((a) => second.map((b) => `${a}${separator}${b}`));
  return { training: all.filter((v) => !isHeldOutValue(v)), held_out: all.filter(isHeldOutValue) };
}

/** Invented names of people and cities. */
export const NAMES: Pool = pool(FIRST_SYLLABLES, SECOND_SYLLABLES, '');
/** Two-word titles. */
export const TITLES: Pool = pool(TITLE_FIRST_WORDS, TITLE_SECOND_WORDS, ' ');

/** Draws a value not in `used` and adds it there; with probability `held_out_share` one that training never shows. */
export function drawUnused(from: Pool, stream: RandomStream, held_out_share: number, used: Set<string>): string {
  const values = stream.uniform() < held_out_share ? from.held_out : from.training;
  for (;;) {
    const value = stream.pick(values);
    if (used.has(value)) continue;
    used.add(value);
    return value;
  }
}
