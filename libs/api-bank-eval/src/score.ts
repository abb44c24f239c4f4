import type { Case } from './case.ts';

export type Tally = { correct: number; total: number };

export type LevelScores = {
  /** Official accuracy: calls right by execution. */
  correctness: Tally;
  /** Calls whose name and parameters equal the recorded ones. */
  names_equal: Tally;
  /** Mean Rouge-L of answers, null when none was asked for. */
  rouge_l: { mean: number; total: number } | null;
  outcomes: Record<string, number>;
  error_classes: Record<string, number>;
};

export type ApiBankScores = Record<string, LevelScores>;

function countBy(values: readonly (string | null)[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) if (value !== null) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

function levelScores(cases: readonly Case[]): LevelScores {
  const calls = cases.filter(({ kind }) => kind === 'call');
  const responses = cases.filter(({ kind }) => kind === 'response');
  const rouge = responses.reduce((sum, { rouge_l }) => sum + (rouge_l ?? 0), 0);
  return {
    correctness: { correct: calls.filter(({ valid }) => valid).length, total: calls.length },
    names_equal: { correct: calls.filter(({ names_equal }) => names_equal).length, total: calls.length },
    rouge_l: responses.length === 0 ? null : { mean: rouge / responses.length, total: responses.length },
    outcomes: countBy(calls.map(({ outcome }) => outcome)),
    error_classes: countBy(calls.map(({ error_class }) => error_class)),
  };
}

/** Scores by level, in the order of the levels. */
export function scoreApiBank(cases: readonly Case[]): ApiBankScores {
  const levels = [...new Set(cases.map(({ level }) => level))].sort();
  return Object.fromEntries(levels.map((level) => [level, levelScores(cases.filter((one) => one.level === level))]));
}
