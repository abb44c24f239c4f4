import { PAPER_RESULTS } from './paper-results.ts';

describe('PAPER_RESULTS', () => {
  it('flags exactly the rows whose overall is not the mean of its three parts', () => {
    for (const row of PAPER_RESULTS) {
      const mean = (row.non_live + row.live + row.multi_turn) / 3;
      if (row.recomputed === null) expect(Math.abs(mean - row.overall)).toBeLessThan(0.015);
      else {
        expect(Math.abs(mean - row.overall)).toBeGreaterThan(0.015);
        expect(Math.abs(mean - row.recomputed)).toBeLessThan(0.0051);
      }
    }
  });
});
