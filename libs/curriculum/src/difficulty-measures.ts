import type { DialogueRow } from '@itool/record';
import { parseCalls } from '@itool/tool-call';

/** The three measures of a row's difficulty (specs: itool, section 3). */
export type DifficultyMeasures = {
  /** Candidate tools. */
  a: number;
  /** Unicode code points of the tools as the data set wrote them. */
  b: number;
  /** Calls in the supervised assistant turns. */
  c: number;
};

/** How the calls of several assistant turns become one number. */
export type CallCount = 'sum' | 'max' | 'last';

export function difficultyMeasures(row: DialogueRow, call_count: CallCount = 'sum'): DifficultyMeasures {
  const counts = row.messages
    .filter((message) => message.role === 'assistant')
    .map((message) => parseCalls(message.content).calls.length);
  return { a: row.tools.length, b: codePoints(row.tools_text || spacedJson(row.tools)), c: reduce(counts, call_count) };
}

function reduce(counts: readonly number[], call_count: CallCount): number {
  switch (call_count) {
    case 'sum':
      return counts.reduce((sum, count) => sum + count, 0);
    case 'max':
      return counts.reduce((most, count) => Math.max(most, count), 0);
    case 'last':
      return counts.at(-1) ?? 0;
  }
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** JSON with `, ` and `: ` between members, the form in which the data sets print their tools. */
function spacedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spacedJson).join(', ')}]`;
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return `{${members.map(([key, member]) => `${JSON.stringify(key)}: ${spacedJson(member)}`).join(', ')}}`;
  }
  return JSON.stringify(value);
}
