import type { Dialogue, Turn } from './dialogues.ts';

/**
 * One question: what was said before, and the turn that the model has to give. An API turn is asked for as a call, an AI turn as an
 * answer; User turns are not scored.
 */
export type Sample = { id: number; history_length: number; target: Turn };

/**
 * Samples of a dialogue (specs/api-bank.md 3): for every API turn that turn and the one behind it. An API turn behind another one is asked
 * for twice, as in the published totals (399 and 135). A turn missing at the end has no sample.
 */
export function samplesOf({ turns }: Dialogue): Sample[] {
  const samples: Sample[] = [];
  for (const [i, turn] of turns.entries()) {
    if (turn.role !== 'API') continue;
    for (const at of [i, i + 1]) {
      const target = turns[at];
      if (target) samples.push({ id: samples.length, history_length: at, target });
    }
  }
  return samples;
}

/** Names of all APIs of a dialogue, those of later turns included, sorted (the original order is random). */
export function apisOf({ turns }: Dialogue): string[] {
  const names = turns.flatMap((turn) => (turn.role === 'API' ? [turn.api_name] : []));
  return [...new Set(names)].sort();
}

/**
 * A recorded call as text: all values in single quotes, as the prompts ask for and as the history shows it, or with digits, lists, True
 * and False bare (`text`), which keeps the quotes inside a list out of the way of the parser.
 */
export function printCall(
  api_name: string,
  param_dict: ReadonlyMap<string, string>,
  quotes: 'all' | 'text' = 'all',
): string {
  const bare = (value: string) => quotes === 'text' && /^(?:\d+|\[.*\]|True|False)$/s.test(value);
  const members = [...param_dict].map(([key, value]) => (bare(value) ? `${key}=${value}` : `${key}='${value}'`));
  return `[${api_name}(${members.join(', ')})]`;
}
