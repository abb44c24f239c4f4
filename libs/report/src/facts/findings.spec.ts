import type { ModelScores } from '../report-data.ts';
import { errorTable } from './error-table.ts';
import { findings } from './findings.ts';
import { scoreTable } from './score-table.ts';
import { signTest } from './sign-test.ts';

function sentences(correct: [number, number], gained: number, lost: number): string {
  const scores: ModelScores[] = ['SFT', 'iteration 1'].map((label, i) => ({
    stage: label,
    label,
    families: [{ family: 'simple', seen: { correct: correct[i]!, total: 200 }, unseen: null }],
    error_classes: { parameter_value: 30, tool_name: 2 },
    aggregates: {},
    decoding: {},
  }));
  const comparisons = [{ label: 'iteration 1', against: 'SFT', gained, lost, p_value: signTest(gained, lost) }];
  return findings({ scores: scoreTable(scores), errors: errorTable(scores), comparisons, pairs: [] }).join('\n');
}

describe('findings', () => {
  it('claims no difference that the sign test does not show', () => {
    const text = sentences([100, 104], 9, 5);
    expect(text).toContain(
      'Iteration 1 does not differ from SFT as far as these cases can tell: the 95 % intervals overlap; of 14 cases that changed, 9 gained and 5 lost (sign test p\u00a0=\u00a00.42).',
    );
    expect(text).not.toContain('better');
  });

  it('names a paired difference although the intervals overlap', () => {
    expect(sentences([100, 112], 14, 2)).toContain('Iteration 1 is better than SFT on these cases');
    expect(sentences([100, 112], 14, 2)).toContain('yet the 95 % intervals overlap');
    expect(sentences([112, 100], 2, 14)).toContain('Iteration 1 is worse than SFT on these cases');
  });

  it('reports equal answers and the most frequent error', () => {
    const text = sentences([100, 100], 0, 0);
    expect(text).toContain('Iteration 1 answers every case as SFT does.');
    expect(text).toContain('"parameter value": 30 of 32 failing cases (93.8 %)');
  });

  it('tells calls from refusals', () => {
    const line = (correct: Record<string, number>) => {
      const scores = Object.entries(correct).map(
        ([label, simple]): ModelScores => ({
          stage: 'e',
          label,
          families: [
            { family: 'simple', seen: { correct: simple, total: 30 }, unseen: null },
            { family: 'live_irrelevance', seen: { correct: 9, total: 10 }, unseen: null },
          ],
          error_classes: {},
          aggregates: {},
          decoding: {},
        }),
      );
      return findings({ scores: scoreTable(scores), errors: errorTable(scores), comparisons: [], pairs: [] })[1];
    };
    expect(line({ base: 3 })).toBe(
      'Where a call is right – base: 3 of 30. Where no call is right (irrelevance) – base: 9 of 10.',
    );
    const hollow = 'is irrelevance, which any reply that does not read as a call gets right.';
    expect(line({ base: 0, SFT: 3 })).toContain(`All that base scores ${hollow}`);
    expect(line({ base: 0, SFT: 0, 'iteration 1': 0 })).toContain(`All that base, SFT and iteration 1 score ${hollow}`);
  });

  it('says when nothing was evaluated and when nothing was mined', () => {
    const empty = { scores: scoreTable([]), errors: errorTable([]), comparisons: [], pairs: [] };
    expect(findings(empty)).toEqual(['Nothing was evaluated in this run.']);
    const scores: ModelScores[] = [
      {
        stage: 'e',
        label: 'SFT',
        families: [{ family: 'simple', seen: { correct: 1, total: 2 }, unseen: null }],
        error_classes: {},
        aggregates: {},
        decoding: {},
      },
    ];
    const lines = findings({
      scores: scoreTable(scores),
      errors: errorTable(scores),
      comparisons: [],
      pairs: [{ stage: 'filter-2', iteration: 2, reasons: [], folds: [] }],
    });
    expect(lines.at(-1)).toBe('Iteration 2 produced no preference pair, so its update had nothing to learn from.');
  });
});
