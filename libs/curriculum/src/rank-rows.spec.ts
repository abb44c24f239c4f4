import { perplexity, rankRows, rowClass, type ScoredRow, selectionOverlap, topShare } from './index.ts';

const row = (row_id: string, h: number, kind: ScoredRow['class'] = 'call'): ScoredRow => ({
  row_id,
  perplexity: h,
  n_tokens: 5,
  class: kind,
});
const chosen = (rows: ScoredRow[], selection: Parameters<typeof rankRows>[1]) =>
  rankRows(rows, selection)
    .ranked.filter((r) => r.selected)
    .map((r) => r.row_id);

describe('perplexity', () => {
  it('is exp of the mean negative log-probability', () => {
    expect(perplexity(-0.6, 3)).toBeCloseTo(1.221402758, 9);
    expect(Number.isFinite(perplexity(0, 0))).toBe(false);
  });
});

describe('rowClass', () => {
  it('asks the parser, not for a bracket', () => {
    expect(rowClass('[f(x=1)]')).toBe('call');
    expect(rowClass('No tool (of those) fits.')).toBe('no_call');
    expect(rowClass('[]')).toBe('no_call');
  });
});

describe('rankRows', () => {
  const twenty = Array.from({ length: 20 }, (_, i) => row(`c${String(i).padStart(2, '0')}`, 1 + i / 10));

  it('takes the top share of each class, one at least', () => {
    const prose = [row('p0', 50, 'no_call'), row('p1', 60, 'no_call'), row('p2', 55, 'no_call')];
    expect(chosen([...prose, ...twenty], topShare(0.1))).toEqual(['p1', 'c18', 'c19']);
  });

  it('ranks globally without strata', () => {
    const rows = [row('p', 50, 'no_call'), ...twenty];
    expect(chosen(rows, { ...topShare(0.1), stratified: false })).toEqual(['p', 'c19']);
  });

  it('takes a band and leaves out the most difficult', () => {
    const selection = { band: [0.1, 0.5], stratified: true, classes: ['call'] } as const;
    expect(chosen(twenty, selection)).toEqual(twenty.slice(10, 18).map((r) => r.row_id));
    expect(chosen([row('p', 9, 'no_call')], selection)).toEqual([]);
  });

  it('does not lose a row to rounding', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => row(`h${i}`, 1 + i));
    expect(chosen(hundred, topShare(0.29))).toHaveLength(29);
  });

  it('breaks ties by row id and keeps the input order', () => {
    const rows = [row('b', 2), row('a', 2), row('c', 1)];
    const { ranked } = rankRows(rows, topShare(0.34));
    expect(ranked.map((r) => [r.row_id, r.percentile, r.selected])).toEqual([
      ['b', 1 / 3, false],
      ['a', 0, true],
      ['c', 2 / 3, false],
    ]);
  });

  it('skips and counts what is not finite', () => {
    const { ranked, skipped } = rankRows(
      [row('x', Number.POSITIVE_INFINITY), row('y', Number.NaN), row('z', 1)],
      topShare(1),
    );
    expect(skipped).toBe(2);
    expect(ranked.map((r) => [r.perplexity, r.percentile, r.selected])).toEqual([
      [null, 1, false],
      [null, 1, false],
      [1, 0, true],
    ]);
  });

  it('limits by hash: a drawn row stays drawn when another leaves', () => {
    const selection = { ...topShare(1), limit: { max_rows: 5, seed: 42 } };
    const drawn = chosen(twenty, selection);
    expect(drawn).toHaveLength(5);
    const out = twenty.find((r) => !drawn.includes(r.row_id))!;
    expect(
      chosen(
        twenty.filter((r) => r !== out),
        selection,
      ),
    ).toEqual(drawn);
    expect(chosen(twenty, { ...selection, limit: { max_rows: 5, seed: 43 } })).not.toEqual(drawn);
  });
});

describe('selectionOverlap', () => {
  it('counts what both hold', () => {
    expect(selectionOverlap(['a', 'b', 'c', 'd'], ['d', 'x', 'a'])).toEqual({ count: 2, share: 0.5 });
    expect(selectionOverlap([], ['a'])).toEqual({ count: 0, share: 0 });
  });
});
