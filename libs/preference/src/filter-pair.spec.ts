import { chooseSiblings } from './choose-siblings.ts';
import { filterPair } from './filter-pair.ts';
import { DEFAULT_PAIRS, type PairNode } from './index.ts';
import { pairSide } from './pair-side.ts';
import { editSimilarity, overlapSimilarity } from './similarity.ts';

const node = (fields: Partial<PairNode>): PairNode => ({
  tree_id: 't',
  row_id: 'r',
  node_id: 1,
  parent_id: 0,
  depth: 1,
  child_index: 0,
  text: '',
  token_ids: [],
  q_value: 0,
  visit_count: 1,
  terminal: false,
  reason: '',
  ...fields,
});

describe('similarity', () => {
  it('is the edit distance over the longer sequence', () => {
    expect(editSimilarity([1, 2, 3, 4], [1, 9, 3])).toBe(0.5);
    expect(editSimilarity([1], [])).toBe(0);
    expect(editSimilarity([], [])).toBe(1);
  });
  it('overlap takes a subset for equal and a blank side for different', () => {
    expect(overlapSimilarity('a b', 'b c a d')).toBe(1);
    expect(overlapSimilarity('a b', 'b c')).toBe(0.5);
    expect(overlapSimilarity(' ', 'a')).toBe(0);
  });
});

describe('chooseSiblings', () => {
  const pick = (children: PairNode[], mode: 'chosen' | 'both' | 'none') => {
    const choice = chooseSiblings(children, mode);
    return choice && [choice.chosen.child_index, choice.rejected.child_index];
  };
  const children = [
    node({ child_index: 0, q_value: 2, visit_count: 0 }),
    node({ child_index: 1, q_value: 1 }),
    node({ child_index: 2, q_value: 0, visit_count: 0, terminal: true }),
    node({ child_index: 3, q_value: -1, visit_count: 0 }),
  ];

  it('wants an outcome in the chosen Q, in both, or in neither', () => {
    expect(pick(children, 'chosen')).toEqual([1, 3]);
    expect(pick(children, 'both')).toEqual([1, 2]);
    expect(pick(children, 'none')).toEqual([0, 3]);
    expect(pick([children[0]!, children[3]!], 'chosen')).toBeNull();
    expect(pick([children[0]!, children[1]!], 'both')).toBeNull();
  });

  it('breaks ties by visits, then by index', () => {
    const tied = [
      node({ child_index: 0, visit_count: 1 }),
      node({ child_index: 1, visit_count: 3 }),
      node({ child_index: 2, visit_count: 3 }),
    ];
    expect(pick(tied, 'chosen')).toEqual([1, 2]);
  });
});

describe('filterPair', () => {
  const ids = (n: number, changed: number) => Array.from({ length: n }, (_, i) => (i < changed ? 900 + i : i));
  const side = (text: string, fields: Partial<PairNode>) => ({ node: node({ text, ...fields }), response: text });
  const reasonOf = (chosen: Partial<PairNode>, rejected: Partial<PairNode>, config = DEFAULT_PAIRS) =>
    filterPair(
      side('x', { q_value: 1, token_ids: ids(20, 0), ...chosen }),
      side('y', { q_value: 0, token_ids: ids(20, 9), ...rejected }),
      config,
    ).dropped;

  it('keeps a similarity of exactly 0.95 and drops one above', () => {
    expect(reasonOf({}, { token_ids: ids(20, 1) })).toBeNull();
    expect(reasonOf({ token_ids: ids(21, 0) }, { token_ids: ids(21, 1) })).toBe('similar');
  });

  it('keeps a gap of exactly 0.1, rounding or not', () => {
    expect(0.9 - 0.8).toBeLessThan(0.1);
    expect(reasonOf({ q_value: 0.9 }, { q_value: 0.8 })).toBeNull();
    expect(reasonOf({ q_value: 0.9 }, { q_value: 0.801 })).toBe('gap');
  });

  it('keeps a chosen Q of exactly 0.3, and any without a floor', () => {
    expect(reasonOf({ q_value: 0.3 }, { q_value: -1 })).toBeNull();
    expect(reasonOf({ q_value: 0.1 + 0.2 - 1e-12 }, { q_value: -1 })).toBeNull();
    expect(reasonOf({ q_value: 0.299 }, { q_value: -1 })).toBe('weak');
    expect(reasonOf({ q_value: -0.5 }, { q_value: -1 }, { ...DEFAULT_PAIRS, min_chosen_q: null })).toBeNull();
  });

  it.each([
    [' b="x")', ' b="y",', null],
    ['[f(a=1,', '[f(a=2,', null],
    [' b="x")', ' c="x")', 'not_value'],
    ['[f(a=1,', '[g(a=1,', 'not_value'],
    ['No tool.', 'None.', 'not_value'],
  ])('with value_only, %s against %s: %s', (chosen, rejected, reason) => {
    expect(reasonOf({ text: chosen }, { text: rejected }, { ...DEFAULT_PAIRS, value_only: true })).toBe(reason);
  });

  it('applies the filters in order', () => {
    expect(reasonOf({ q_value: 0 }, { q_value: 0, token_ids: ids(20, 0) })).toBe('similar');
    expect(reasonOf({ q_value: 0 }, { q_value: 0 })).toBe('gap');
  });

  it.each([
    ['[f(a=1), g()]', '[g( ), f(a = 1)]', 'end', 'end', 'identical'],
    ['[f(a="x")]', '[f(a="X")]', 'end', 'end', null],
    ['No tool.', ' No tool.', 'end', 'end', 'identical'],
    ['[f(a=1, ', '[f(a=1,', '', '', 'identical'],
    ['No tool.', 'No tool.', 'end', '', null],
  ])('%j against %j (%s, %s): %s', (x, y, xReason, yReason, expected) => {
    const chosen = side(x, { q_value: 1, reason: xReason, token_ids: ids(4, 0) });
    const rejected = side(y, { reason: yReason, token_ids: ids(4, 4) });
    expect(filterPair(chosen, rejected, DEFAULT_PAIRS).dropped).toBe(expected);
  });

  it('measures words under overlap', () => {
    const chosen = side('a b', { q_value: 1, token_ids: [1] });
    const rejected = side('a b c', { token_ids: [2] });
    const { similarity, dropped } = filterPair(chosen, rejected, { ...DEFAULT_PAIRS, similarity: 'overlap' });
    expect([similarity, dropped]).toEqual([1, 'similar']);
  });
});

describe('pairSide', () => {
  it.each([
    ['[f(a="x, y', '")', '",', 'close'],
    ['[f(a=', '1)]', '1, b=2)]', 'close'],
    ['[f(a=', '1,', '2)', 'comma'],
    ['[f(a=', '1,', '2,', 'other'],
    ['[f(a=1)', ', g(b=2)', ']', 'other'],
    ['', 'No tool fits.', '[f(a=1,', 'refuse'],
    ['', '[f(a=1,', 'Please give the date.', 'call'],
    ['', 'f(a=1)', 'Sorry, no.', 'call'],
    ['', '[f(a=1)', '[f(a=1,', 'close'],
    ['No tool', ' fits.', ' [x]', 'other'],
  ])('after %j: %j over %j is %s', (prefix, chosen, rejected, side) => {
    expect(pairSide(prefix, chosen, rejected)).toBe(side);
  });
});
