import { NLL_EDGES, perplexityHistogram } from './perplexity-histogram.ts';

describe('perplexityHistogram', () => {
  it('uses 40 ascending bins from 1e-4 to 10 nats', () => {
    expect(NLL_EDGES).toHaveLength(41);
    expect(NLL_EDGES[0]).toBe(1e-4);
    expect(NLL_EDGES.at(-1)).toBe(10);
    for (let i = 1; i < NLL_EDGES.length; i++) expect(NLL_EDGES[i]! / NLL_EDGES[i - 1]!).toBeCloseTo(1.33352, 4);
  });

  it('puts rows into their bins and counts what has no perplexity', () => {
    const histogram = perplexityHistogram([
      { perplexity: 1, selected: false },
      { perplexity: Math.exp(0.11), selected: true },
      { perplexity: Math.exp(0.12), selected: true },
      { perplexity: 1e9, selected: false },
      { perplexity: null, selected: false },
    ]);
    expect(histogram.all[0]).toBe(1);
    expect(histogram.all[24]).toBe(2); // 0.1 <= nll < 0.1334
    expect(histogram.selected[24]).toBe(2);
    expect(histogram.all[39]).toBe(1);
    expect(histogram).toMatchObject({ rows: 5, selected_rows: 2, not_finite: 1 });
    expect(histogram.median).toBeCloseTo((Math.exp(0.11) + Math.exp(0.12)) / 2, 12);
  });

  it('has neither median nor range without rows', () => {
    expect(perplexityHistogram([])).toMatchObject({ median: null, selected_range: null, rows: 0 });
  });
});
