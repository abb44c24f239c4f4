import type { ModelScores } from '../report-data.ts';
import { scoreTable } from './score-table.ts';

const model = (label: string, families: ModelScores['families']): ModelScores => ({
  stage: `eval-${label}`,
  label,
  families,
  error_classes: {},
  aggregates: {},
  decoding: {},
});

describe('scoreTable', () => {
  const table = scoreTable([
    model('base', [{ family: 'simple', seen: { correct: 1, total: 10 }, unseen: { correct: 0, total: 5 } }]),
    model('SFT', [
      { family: 'simple', seen: { correct: 6, total: 10 }, unseen: { correct: 2, total: 5 } },
      { family: 'irrelevance', seen: { correct: 3, total: 4 }, unseen: null },
    ]),
  ]);

  it('has one row per family and side that has cases', () => {
    expect(table.rows.map((row) => [row.family, row.side, row.cells.map((cell) => cell?.correct ?? null)])).toEqual([
      ['simple', 'seen', [1, 6]],
      ['simple', 'unseen', [0, 2]],
      ['irrelevance', 'seen', [null, 3]],
    ]);
  });

  it('pools cases in the totals', () => {
    expect(table.totals.map((row) => [row.side, row.cells[1]?.correct, row.cells[1]?.total])).toEqual([
      ['seen', 9, 14],
      ['unseen', 2, 5],
      ['both', 11, 19],
    ]);
    expect(table.totals[2]?.cells[1]?.share).toBeCloseTo(11 / 19, 12);
  });
});
