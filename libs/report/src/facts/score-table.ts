import type { ModelScores, Score } from '../report-data.ts';
import { wilsonInterval } from './wilson-interval.ts';

/** A score with its share and 95 % Wilson interval, all in 0..1. */
export type ScoreCell = Score & { share: number; low: number; high: number };

export type Side = 'seen' | 'unseen' | 'both';

export type ScoreRow = {
  family: string;
  side: Side;
  /** One per model; null = no such cases. */
  cells: (ScoreCell | null)[];
};

export type ScoreTable = { models: string[]; rows: ScoreRow[]; totals: ScoreRow[] };

/**
 * Scores by family and by whether the target tools occur in training. Totals pool the cases of all families, so that they have
 * an interval; they are not BFCL's overall, which averages categories without weights.
 */
export function scoreTable(scores: readonly ModelScores[]): ScoreTable {
  const families = [...new Set(scores.flatMap((model) => model.families.map((entry) => entry.family)))];
  const sides = ['seen', 'unseen'] as const;
  const score = (model: ModelScores, family: string, side: 'seen' | 'unseen'): Score =>
    model.families.find((entry) => entry.family === family)?.[side] ?? { correct: 0, total: 0 };
  const rows = families.flatMap((family) =>
    sides.map((side) => ({ family, side, cells: scores.map((model) => cell(score(model, family, side))) })),
  );
  const total = (model: ModelScores, wanted: readonly ('seen' | 'unseen')[]): Score =>
    sum(families.flatMap((family) => wanted.map((side) => score(model, family, side))));
  const totals = [...sides, 'both' as const].map((side) => ({
    family: 'all families',
    side,
    cells: scores.map((model) => cell(total(model, side === 'both' ? sides : [side]))),
  }));
  const withCases = (row: ScoreRow): boolean => row.cells.some((entry) => entry !== null);
  return { models: scores.map((model) => model.label), rows: rows.filter(withCases), totals: totals.filter(withCases) };
}

function sum(scores: readonly Score[]): Score {
  return scores.reduce((a, b) => ({ correct: a.correct + b.correct, total: a.total + b.total }), {
    correct: 0,
    total: 0,
  });
}

function cell(score: Score): ScoreCell | null {
  const interval = wilsonInterval(score);
  return interval === null ? null : { ...score, share: score.correct / score.total, ...interval };
}
