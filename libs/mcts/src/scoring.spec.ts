import { backup, stateValue } from './backup.ts';
import { outcomeOf } from './outcome.ts';
import { prior } from './prior.ts';
import { bestChild, puctScore } from './puct.ts';
import type { SearchNode } from './search-node.ts';

const node = (fields: Partial<SearchNode>): SearchNode => ({
  node_id: 0,
  parent: null,
  depth: 0,
  child_index: 0,
  token_ids: [],
  text: '',
  response_ids: [],
  response: '',
  p: 1,
  O: 0,
  C: 0,
  R: 0,
  r: 0,
  q_value: 0,
  value: 0,
  visit_count: 0,
  reason: null,
  children: null,
  ...fields,
});

describe('prior', () => {
  it.each([
    [0, 0.548811636],
    [1, 0.818730753],
    [1.25, 0.85901651],
  ])('of [-.1, -.2, -.3] with exponent %d', (exponent, expected) => {
    expect(prior(-0.6, 3, exponent)).toBeCloseTo(expected, 9);
  });
});

describe('stateValue', () => {
  const children = [
    node({ visit_count: 2, q_value: 0.5 }),
    node({ visit_count: 1, q_value: -0.25 }),
    node({ visit_count: 0, q_value: 0.1 }),
  ];

  it('weighs by visits, unvisited children by 0 or 1', () => {
    expect(stateValue(children, 0)).toBeCloseTo(0.25, 12);
    expect(stateValue(children, 1)).toBeCloseTo(0.2125, 12);
    expect(stateValue(children.slice(2), 0)).toBe(0);
  });
});

describe('backup', () => {
  it('discounts V and counts the visit once', () => {
    const leaf = node({ r: 1, q_value: 1, reason: 'end' });
    const sibling = node({ q_value: -1, visit_count: 1 });
    const root = node({ children: [leaf, sibling], visit_count: 1 });
    backup([root, leaf], { gamma: 0.5, unvisited_weight: 0 });
    expect([leaf.visit_count, leaf.q_value]).toEqual([1, 1]);
    expect([root.visit_count, root.value, root.q_value]).toEqual([2, 0, 0]);
    backup([root, leaf], { gamma: 0.5, unvisited_weight: 0 });
    expect(root.value).toBeCloseTo((2 * 1 - 1) / 3, 12);
    expect(root.q_value).toBeCloseTo(1 / 6, 12);
  });
});

describe('puct', () => {
  it('scores Q plus the exploration term of parent and child visits', () => {
    expect(puctScore(node({ q_value: 1.9, p: 0.5, visit_count: 1 }), 1, 1)).toBeCloseTo(2.15, 12);
    expect(puctScore(node({ q_value: 0.2, p: 0.3 }), 1, 1)).toBeCloseTo(0.5, 12);
    expect(puctScore(node({ q_value: -0.4, p: 0.2 }), 1, 1)).toBeCloseTo(-0.2, 12);
    expect(puctScore(node({ q_value: 0, p: 0.5, visit_count: 3 }), 16, 2)).toBe(1);
  });

  it('gives ties to the lower index and sees Q alone before the first visit', () => {
    const children = [node({ q_value: 0.1 }), node({ q_value: 0.3, p: 0.01 }), node({ q_value: 0.3, p: 0.9 })];
    expect(bestChild(node({ children }), children, 1)).toBe(children[1]);
  });
});

describe('outcomeOf', () => {
  const outcome = outcomeOf('[f(a=1, b="New York"), g()]', { strict: false });

  it.each([
    ['[g(), f(b="new-york", a=1.0)]', 'end', 1],
    ['[f(a=1, b="New York")]', 'end', -1],
    ['[f(a=1, b="New York"), g(', 'end', -1],
    ['[f(a=1, b="New York"), g()]', 'length', -1],
    ['[f(a=1, b="New York"), g()]', null, 0],
    ['No tool fits.', 'end', -1],
  ] as const)('%s (%s) is %d', (response, reason, expected) => {
    expect(outcome(response, reason)).toBe(expected);
  });

  it('asks for exact strings when strict', () => {
    expect(outcomeOf('[f(b="New York")]', { strict: true })('[f(b="new york")]', 'end')).toBe(-1);
  });

  it('allows an argument that spells out its default', () => {
    const tools = [{ name: 'f', parameters: { properties: { unit: { type: 'string', default: 'km' } } } }];
    expect(outcomeOf('[f()]', { strict: false, tools })('[f(unit="km")]', 'end')).toBe(1);
    expect(outcomeOf('[f()]', { strict: false, tools })('[f(unit="mi")]', 'end')).toBe(-1);
  });

  it('credits the completed items of a response that goes on with ast_prefix', () => {
    const partial = outcomeOf('[f(a=1, b="New York"), g()]', { strict: false, ast_prefix: true });
    expect(['[f(a=1,', '[f(a=2,', '[h(a=1,', '[f('].map((response) => partial(response, null))).toEqual([
      0.5, 0, -0.5, 0,
    ]);
    expect(partial('[f(a=1, b="New York"), g()]', 'end')).toBe(1);
  });

  it('wants no call where the ground truth has none', () => {
    const refusal = outcomeOf('Please give the date.', { strict: false });
    expect(refusal('No tool fits.', 'end')).toBe(1);
    expect(refusal('[f(a=1)]', 'end')).toBe(-1);
    expect(refusal('[f(a=', 'end')).toBe(-1);
    expect(refusal('No tool', 'length')).toBe(-1);
  });
});
