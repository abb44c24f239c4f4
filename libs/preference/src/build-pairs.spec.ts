import fc from 'fast-check';
import { buildPairs, DEFAULT_PAIRS, type PairConfig, type PairNode, type PairPrompt } from './index.ts';

const END = 2;
const CONFIG: PairConfig = { ...DEFAULT_PAIRS, validation: { share: 0, min_count: 0 } };

/** [parent, text, tokens, Q, N, reason]; ids count up from the root, 0. */
type Spec = [number, string, number[], number, number, string?];

function tree(row_id: string, specs: Spec[], target = '[f(a=1)]') {
  const base = { tree_id: `t-${row_id}`, row_id };
  const nodes: PairNode[] = [
    {
      ...base,
      node_id: 0,
      parent_id: -1,
      depth: 0,
      child_index: 0,
      text: '',
      token_ids: [],
      q_value: 0,
      visit_count: 1,
      terminal: false,
      reason: '',
    },
  ];
  for (const [parent_id, text, token_ids, q_value, visit_count, reason = ''] of specs) {
    const child_index = nodes.filter((n) => n.parent_id === parent_id).length;
    const depth = nodes[parent_id]!.depth + 1;
    nodes.push({
      ...base,
      node_id: nodes.length,
      parent_id,
      depth,
      child_index,
      text,
      token_ids,
      q_value,
      visit_count,
      terminal: reason !== '',
      reason,
    });
  }
  const prompt: PairPrompt = { ...base, prompt_ids: [1, 50, 51], prompt: '<|bos|>ask', target };
  return { nodes, prompts: [prompt] };
}

const merge = (...trees: ReturnType<typeof tree>[]) => ({
  nodes: trees.flatMap((t) => t.nodes),
  prompts: trees.flatMap((t) => t.prompts),
});

const reasons = (set: ReturnType<typeof buildPairs>) =>
  Object.fromEntries(set.reasons.filter((r) => r.count > 0).map((r) => [r.reason, r.count]));

/** The walk of the specification after its backup. */
const walk = (row_id = 'r') =>
  tree(row_id, [
    [0, 'A', [10, 11], 1.9, 1],
    [0, 'B', [12, 13], 0.2, 0],
    [0, 'C', [14], -0.4, 0],
    [1, 'A1', [20], 1.3, 1],
    [1, 'A2', [21], -0.5, 0],
    [1, 'A3', [22], -1.1, 0],
    [4, 'T1', [30, END], 1.2, 1, 'end'],
    [4, 'T2', [31, 32, 33], -2.0, 0, 'length'],
  ]);

describe('buildPairs', () => {
  it('finds the three pairs of the walk, with exact tokens', () => {
    const set = buildPairs(walk(), CONFIG);
    const pairs = [...set.pairs].sort((a, b) => a.depth - b.depth);
    expect(pairs.map((p) => [p.chosen, p.rejected, p.parent_id, p.chosen_id, p.rejected_id])).toEqual([
      ['A', 'C', 0, 1, 3],
      ['A1', 'A3', 1, 4, 6],
      ['T1', 'T2', 4, 7, 8],
    ]);
    [2.3, 2.4, 3.2].forEach((gap, i) => {
      expect(pairs[i]!.q_chosen - pairs[i]!.q_rejected).toBeCloseTo(gap, 9);
    });
    expect(pairs.map((p) => p.prompt_ids)).toEqual([
      [1, 50, 51],
      [1, 50, 51, 10, 11],
      [1, 50, 51, 10, 11, 20],
    ]);
    expect(pairs.map((p) => p.prompt)).toEqual(['<|bos|>ask', '<|bos|>askA', '<|bos|>askAA1']);
    // The end token only where the fragment ended the turn.
    expect(pairs.map((p) => [p.chosen_ids, p.rejected_ids])).toEqual([
      [[10, 11], [14]],
      [[20], [22]],
      [
        [30, END],
        [31, 32, 33],
      ],
    ]);
    expect(pairs.map((p) => [p.n_chosen, p.n_rejected, p.class])).toEqual([
      [1, 0, 'call'],
      [1, 0, 'call'],
      [1, 0, 'call'],
    ]);
    expect(reasons(set)).toEqual({ kept: 3 });
  });

  it('counts every node with two children under one reason', () => {
    const weak = tree('w', [
      [0, 'x', [10], 0.2, 1],
      [0, 'y', [11], -1, 0],
      [1, 'u', [12], 3, 0],
      [1, 'v', [13], 2, 0],
      [2, 'only', [14], 1, 1],
    ]);
    const near = tree('n', [
      [0, 'x', [10], 1, 1],
      [0, 'y', [11], 0.95, 1],
    ]);
    expect(reasons(buildPairs(merge(walk(), weak, near), CONFIG))).toEqual({ weak: 1, unvisited: 1, gap: 1, kept: 3 });
  });

  it('drops a pair that another tree gave already', () => {
    const set = buildPairs(merge(walk('a'), walk('b')), CONFIG);
    expect(reasons(set)).toEqual({ duplicate: 3, kept: 3 });
    expect(new Set(set.pairs.map((p) => p.row_id))).toEqual(new Set(['a']));
  });

  it('marks rows without a call', () => {
    const { nodes, prompts } = walk();
    const set = buildPairs({ nodes, prompts: [{ ...prompts[0]!, target: 'No tool fits.' }] }, CONFIG);
    expect(new Set(set.pairs.map((p) => p.class))).toEqual(new Set(['no_call']));
  });

  it('names a tree without prompt', () => {
    expect(() => buildPairs({ nodes: walk().nodes, prompts: [] }, CONFIG)).toThrow('tree has no prompt: t-r');
  });

  it('gives an empty set for no trees', () => {
    const set = buildPairs({ nodes: [], prompts: [] }, DEFAULT_PAIRS);
    expect(set.pairs).toEqual([]);
    expect(reasons(set)).toEqual({});
  });
});

/** Trees with one pair each; the prompt differs by row. */
function single(i: number, chosen = '[f(a=1)', rejected = '[f(a=1,') {
  const t = tree(`r${i}`, [
    [0, chosen, [100 + i, 1], 1, 1],
    [0, rejected, [100 + i, 9], -1, 1],
  ]);
  return t;
}

describe('buildPairs: the set', () => {
  const forty = merge(...Array.from({ length: 40 }, (_, i) => single(i)));

  it('does not depend on the order of the tables', () => {
    const set = buildPairs(forty, DEFAULT_PAIRS);
    fc.assert(
      fc.property(fc.shuffledSubarray(forty.nodes, { minLength: forty.nodes.length }), (nodes) => {
        expect(buildPairs({ nodes, prompts: [...forty.prompts].reverse() }, DEFAULT_PAIRS)).toEqual(set);
      }),
      { numRuns: 10 },
    );
  });

  it('shuffles by seed and caps', () => {
    const order = (seed: number) => buildPairs(forty, { ...CONFIG, seed }).pairs.map((p) => p.row_id);
    expect(order(1)).not.toEqual(order(2));
    expect([...order(1)].sort()).toEqual([...order(2)].sort());
    const capped = buildPairs(forty, { ...CONFIG, max_pairs: 7 });
    expect(reasons(capped)).toEqual({ capped: 33, kept: 7 });
  });

  it('holds out whole rows, at least min_count pairs and at most half', () => {
    const folds = (config: PairConfig, tables = forty) => {
      const pairs = buildPairs(tables, config).pairs;
      const rows = (fold: string) => new Set(pairs.filter((p) => p.fold === fold).map((p) => p.row_id));
      for (const row of rows('validation')) expect(rows('train').has(row)).toBe(false);
      return pairs.filter((p) => p.fold === 'validation').length;
    };
    expect(folds({ ...DEFAULT_PAIRS, validation: { share: 0.01, min_count: 5 } })).toBe(5);
    expect(folds({ ...DEFAULT_PAIRS, validation: { share: 0.3, min_count: 5 } })).toBe(12);
    expect(folds(DEFAULT_PAIRS)).toBe(20);
    expect(folds(CONFIG)).toBe(0);
    expect(folds(DEFAULT_PAIRS, walk())).toBe(0);
  });

  it('counts the directions and thins out the frequent one', () => {
    const tables = merge(
      ...Array.from({ length: 12 }, (_, i) => single(i)),
      ...Array.from({ length: 2 }, (_, i) => single(20 + i, '[f(a=1,', '[f(a=1)')),
      ...Array.from({ length: 4 }, (_, i) => single(30 + i, 'No tool fits.', '[f(a=1,')),
      single(50, '[f(a=1,', 'No tool fits.'),
      single(51, '[f(a=1,', '[f(a=2,'),
    );
    const set = buildPairs(tables, { ...CONFIG, max_side_ratio: 3 });
    expect(set.sides).toEqual({
      before: { close: 12, comma: 2, refuse: 4, call: 1 },
      after: { close: 6, comma: 2, refuse: 3, call: 1 },
    });
    expect(reasons(set)).toEqual({ unbalanced: 7, kept: 13 });
    expect(buildPairs(tables, CONFIG).sides.after).toEqual(set.sides.before);
  });

  it('leaves nothing of a direction that has no opposite', () => {
    const set = buildPairs(forty, { ...CONFIG, max_side_ratio: 3 });
    expect(reasons(set)).toEqual({ unbalanced: 40 });
  });
});
