import { categoryOf, isRelevanceCategory, scoreCategories } from './index.ts';

const tally = (correct: number, total: number) => ({ correct, total });

describe('scoreCategories', () => {
  it('weighs live categories by rows and the rest evenly', () => {
    const { aggregates } = scoreCategories(
      {
        simple_python: tally(1, 2),
        simple_java: tally(0, 4),
        simple_javascript: tally(1, 1),
        multiple: tally(1, 1),
        parallel: tally(0, 3),
        parallel_multiple: tally(1, 2),
        live_simple: tally(1, 1),
        live_multiple: tally(1, 3),
        live_parallel: tally(0, 1),
        live_parallel_multiple: tally(1, 1),
      },
      'head',
    );
    expect(aggregates.simple).toEqual({ accuracy: 0.5, missing: [] });
    expect(aggregates.non_live_ast).toEqual({ accuracy: 0.5, missing: [] });
    expect(aggregates.live).toEqual({ accuracy: 0.5, missing: [] });
  });
  it('puts seen and unseen together and names what is missing', () => {
    const scores = scoreCategories({
      simple_seen: tally(3, 4),
      simple_unseen: tally(0, 2),
      multiple_seen: tally(0, 0),
    });
    expect(scores.categories).toEqual({
      simple_seen: { correct: 3, total: 4, accuracy: 0.75 },
      simple_unseen: { correct: 0, total: 2, accuracy: 0 },
      multiple_seen: { correct: 0, total: 0, accuracy: null },
    });
    expect(scores.aggregates.simple!.accuracy).toBeCloseTo(1 / 6, 12);
    expect(scores.aggregates.simple!.missing).toEqual(['simple_java', 'simple_javascript']);
    expect(scores.aggregates.multi_turn).toEqual({
      accuracy: 0,
      missing: ['multi_turn_base', 'multi_turn_miss_func', 'multi_turn_miss_param', 'multi_turn_long_context'],
    });
  });
});

describe('category names', () => {
  it('come from row ids', () => {
    expect(categoryOf('live_simple_106-63-0')).toBe('live_simple');
    expect(categoryOf('parallel_multiple_unseen_7')).toBe('parallel_multiple_unseen');
  });
  it('tell the relevance family', () => {
    expect(['irrelevance', 'live_relevance', 'live_irrelevance_seen', 'live_simple'].map(isRelevanceCategory)).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });
});
