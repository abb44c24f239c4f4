import { bootstrapIntervals } from './bootstrap.ts';

describe('bootstrapIntervals', () => {
  const tallies = { simple_python: { correct: 80, total: 100 }, irrelevance: { correct: 10, total: 10 } };
  const intervals = bootstrapIntervals(tallies, 'v3last', { seed: 1 });

  it('are about two standard deviations wide', () => {
    // Share 0.8 of 100 rows: standard deviation 0.04, so about 0.72 to 0.88.
    const { low, high } = intervals.categories['simple_python']!;
    expect(low).toBeGreaterThan(0.7);
    expect(low).toBeLessThan(0.74);
    expect(high).toBeGreaterThan(0.85);
    expect(high).toBeLessThan(0.89);
    expect(intervals.categories['irrelevance']).toEqual({ low: 1, high: 1 });
  });

  it('carry over to aggregates', () => {
    // simple is the mean of Python, Java and JavaScript, of which two have no rows.
    const { low, high } = intervals.categories['simple_python']!;
    expect(intervals.aggregates['simple']!.low).toBeCloseTo(low / 3, 12);
    expect(intervals.aggregates['simple']!.high).toBeCloseTo(high / 3, 12);
  });

  it('are the same for the same seed, whatever other categories there are', () => {
    expect(bootstrapIntervals(tallies, 'v3last', { seed: 1 })).toEqual(intervals);
    const alone = bootstrapIntervals({ simple_python: tallies.simple_python }, 'head', { seed: 1 });
    expect(alone.categories['simple_python']).toEqual(intervals.categories['simple_python']);
    expect(bootstrapIntervals({ empty: { correct: 0, total: 0 } }, 'head').categories).toEqual({});
  });
});
