import {
  DEFAULT_SEARCH as DEFAULTS,
  type Fragment,
  type MctsPolicy,
  nodeRows,
  type SearchConfig,
  searchTrees,
} from './index.ts';

const END = 0;
const CONFIG: SearchConfig = { ...DEFAULTS, context_length: 1000, iteration: 1 };
const row = (row_id: string, target = '[f(a=1)]') => ({ tree_id: `t-${row_id}`, row_id, prompt_ids: [7, 8], target });

/** Token ids are characters, so that text and ids stay readable; 0 ends the turn. */
const ids = (text: string, ended = false) => [...[...text].map((c) => c.charCodeAt(0)), ...(ended ? [END] : [])];
const decode = (tokens: readonly number[]) =>
  tokens
    .filter((t) => t !== END)
    .map((t) => String.fromCharCode(t))
    .join('');

/** The tree of the specification's walk: fragments by prefix, judged so that R takes the values of the table. */
const WALK: Record<string, { text: string; p: number; ended?: boolean }[]> = {
  '': [
    { text: 'A', p: 0.5 },
    { text: 'B', p: 0.3 },
    { text: 'C', p: 0.2 },
  ],
  A: [
    { text: '1', p: 0.6 },
    { text: '2', p: 0.2 },
    { text: '3', p: 0.1 },
  ],
  A1: [
    { text: 'right', p: 0.6, ended: true },
    { text: 'f(a=2)', p: 0.4, ended: true },
  ],
};
const WALK_C: Record<string, number> = {
  A: 0.6,
  B: 0.2,
  C: -0.4,
  A1: 0.7,
  A2: 0.1,
  A3: -0.5,
  A1right: 0.9,
  'A1f(a=2)': -0.3,
};

function walkPolicy(log: string[] = []): MctsPolicy {
  return {
    decode,
    async sampleFragments(requests) {
      return requests.map(({ prefix_ids, streams, to_end }) => {
        const prefix = decode(prefix_ids);
        const options = WALK[prefix]!;
        log.push(`${prefix || 'root'} x${streams.length}${to_end ? ' to end' : ''}`);
        return streams.map((_, i): Fragment => {
          const { text, p, ended = false } = options[i % options.length]!;
          const token_ids = ids(text, ended);
          return { token_ids, sum_logprob: Math.log(p) * token_ids.length, ended };
        });
      });
    },
    async selfEvaluate(requests) {
      return requests.map(({ response }) => WALK_C[response]!);
    },
  };
}

describe('searchTrees: the walk of the specification', () => {
  // Ground truth without call: "right" is right (O = 1), a call is wrong (O = -1); so R(T1) = 1.9, R(T2) = -1.3.
  const search = async (log?: string[]) =>
    nodeRows(await searchTrees([row('r', 'prose')], { ...CONFIG, iterations: 1 }, walkPolicy(log)));

  it('expands root, A and A1, and backs up to the table', async () => {
    const log: string[] = [];
    const nodes = await search(log);
    // The last slot under A1 repeats T1 and is drawn again twice in vain.
    expect(log).toEqual(['root x3', 'A x3', 'A1 x3 to end', 'A1 x1 to end', 'A1 x1 to end']);
    const by = new Map(nodes.map((n) => [`${n.depth}:${n.text}`, n]));
    const expected: [string, number, number, number][] = [
      ['0:', 1.9, 1.9, 1],
      ['1:A', 1.9, 1.3, 1],
      ['1:B', 0.2, 0, 0],
      ['1:C', -0.4, 0, 0],
      ['2:1', 1.3, 1.2, 1],
      ['2:2', -0.5, 0, 0],
      ['2:3', -1.1, 0, 0],
      ['3:right', 1.2, 0, 1],
      ['3:f(a=2)', -2.0, 0, 0],
    ];
    expect(nodes).toHaveLength(expected.length);
    for (const [key, q, v, n] of expected) {
      expect([key, by.get(key)!.q_value]).toEqual([key, expect.closeTo(q, 9)]);
      expect([key, by.get(key)!.value]).toEqual([key, expect.closeTo(v, 9)]);
      expect([key, by.get(key)!.visit_count]).toEqual([key, n]);
    }
    expect(by.get('1:A')!.p).toBeCloseTo(0.5, 12);
    expect(by.get('3:right')).toMatchObject({ O: 1, C: 0.9, R: 1.9, terminal: true, reason: 'end', parent_id: 4 });
    expect(by.get('3:right')!.token_ids.at(-1)).toBe(END);
  });

  it('numbers nodes in the order of their creation', async () => {
    const nodes = await search();
    expect(nodes.map((n) => n.node_id)).toEqual(nodes.map((_, i) => i));
    expect(nodes.map((n) => n.parent_id)).toEqual([-1, 0, 0, 0, 1, 1, 1, 4, 4]);
    expect(nodes.map((n) => n.child_index)).toEqual([0, 0, 1, 2, 0, 1, 2, 0, 1]);
  });
});

/** A policy that draws letters from the streams: a pure function of prefix and stream. */
function randomPolicy(
  counts = { samples: 0, draws: 0, evaluations: 0, calls: 0 },
): MctsPolicy & { counts: typeof counts } {
  return {
    counts,
    decode,
    async sampleFragments(requests) {
      counts.calls++;
      return requests.map(({ prefix_ids, streams, to_end, max_new_tokens }) => {
        counts.samples++;
        counts.draws += streams.length;
        return streams.map((stream): Fragment => {
          const n = Math.min(max_new_tokens, 1 + stream.integer(3));
          const ended = n < max_new_tokens && (to_end || stream.uniform() < 0.2);
          const text = Array.from({ length: n }, () => stream.pick(['x', 'y', 'z', '[f(a=1)]'])).join('');
          return { token_ids: ids(text, ended), sum_logprob: -stream.uniform() * (1 + prefix_ids.length), ended };
        });
      });
    },
    async selfEvaluate(requests) {
      counts.evaluations += requests.length;
      return requests.map(({ response }) => (response.length % 7) / 7 - 0.5);
    },
  };
}

describe('searchTrees: batches', () => {
  const rows = ['b', 'a', 'd', 'c', 'e'].map((id) => row(id));

  it('gives each tree alone what it gives in a batch, sorted by row id', async () => {
    const policy = randomPolicy();
    const together = nodeRows(await searchTrees(rows, CONFIG, policy));
    const alone = [];
    for (const id of ['a', 'b', 'c', 'd', 'e'])
      alone.push(...nodeRows(await searchTrees([row(id)], CONFIG, randomPolicy())));
    expect(together).toEqual(alone);
    const bounded = await searchTrees([...rows].reverse(), CONFIG, randomPolicy(), { max_running_trees: 2 });
    expect(nodeRows(bounded)).toEqual(alone);
    expect(new Set(together.map((n) => JSON.stringify([n.text, n.depth, n.p]))).size).toBeGreaterThan(50);
  });

  it('serves all trees of a wave with one call', async () => {
    const one = randomPolicy();
    await searchTrees([row('a')], CONFIG, one);
    const many = randomPolicy();
    await searchTrees(rows, CONFIG, many);
    expect(many.counts.samples).toBeGreaterThan(3 * one.counts.samples);
    expect(many.counts.calls).toBeLessThan(2 * one.counts.calls + 10);
  });

  it('changes with seed and round', async () => {
    const base = nodeRows(await searchTrees([row('a')], CONFIG, randomPolicy()));
    for (const other of [{ seed: 43 }, { iteration: 2 }])
      expect(nodeRows(await searchTrees([row('a')], { ...CONFIG, ...other }, randomPolicy()))).not.toEqual(base);
  });

  it('reports each finished tree', async () => {
    const done: string[] = [];
    await searchTrees(rows, CONFIG, randomPolicy(), { onTree: (tree) => done.push(tree.row.row_id) });
    expect(done.sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});

describe('searchTrees: bounds', () => {
  const many = Array.from({ length: 40 }, (_, i) => row(`r${i}`));

  it('expands at most 11 nodes per tree, once each, with at most 33 fragments and evaluations', async () => {
    let largest = 0;
    for (const tree of await searchTrees(many, CONFIG, randomPolicy())) {
      const expanded = tree.nodes.filter((n) => n.children !== null).length;
      largest = Math.max(largest, expanded);
      expect(expanded).toBeLessThanOrEqual(11);
      expect(tree.nodes.length - 1).toBeLessThanOrEqual(33);
      expect(Math.max(...tree.nodes.map((n) => n.depth))).toBeLessThanOrEqual(3);
      for (const n of tree.nodes) expect(n.visit_count).toBeLessThanOrEqual(5);
      expect(tree.nodes[0]!.visit_count).toBeGreaterThan(0);
    }
    // Width 3 reaches 9 only: after the third iteration no child of the root is left unexpanded, and 3 + 2 + 2 + 1 + 1 = 9.
    expect(largest).toBe(9);
  });

  it('gives siblings different tokens and makes the deepest level terminal', async () => {
    for (const tree of await searchTrees(many, CONFIG, randomPolicy()))
      for (const n of tree.nodes) {
        const keys = (n.children ?? []).map((child) => child.token_ids.join());
        expect(new Set(keys).size).toBe(keys.length);
        if (n.depth === 3) expect(n.reason).not.toBeNull();
        if (n.reason !== null) expect(n.children).toBeNull();
      }
  });

  it('stops when nothing is left to expand', async () => {
    const policy = randomPolicy();
    const [tree] = await searchTrees([row('a')], { ...CONFIG, depth: 1, iterations: 50 }, policy);
    expect(tree!.nodes[0]!.visit_count).toBe(1);
  });

  it('commits to the most visited child and goes on from it with advance_root', async () => {
    const config = { ...CONFIG, advance_root: true, iterations: 3, depth: 2, simulation: 1 };
    for (const tree of await searchTrees(many.slice(0, 10), config, randomPolicy())) {
      let root = tree.nodes[0]!;
      while (root.children !== null) {
        const most = Math.max(...root.children.map((child) => child.visit_count));
        root = root.children.filter((child) => child.visit_count === most).sort((a, b) => b.q_value - a.q_value)[0]!;
      }
      expect(root.reason).not.toBeNull();
      // The limit of 2 is counted from the last root that was expanded.
      const deepest = Math.max(...tree.nodes.map((node) => node.depth));
      expect(deepest).toBeLessThanOrEqual(root.depth - 1 + 2);
      for (const node of tree.nodes) if (node.reason === null) expect(node.depth).toBeLessThan(root.depth - 1 + 2);
    }
  });

  it('repeats the finished path without skip_exhausted, as the paper does', async () => {
    const config = { ...CONFIG, skip_exhausted: false, width: 1 };
    const [tree] = await searchTrees([row('a')], config, randomPolicy());
    expect(tree!.nodes[0]!.visit_count).toBe(5);
    expect(tree!.nodes.filter((n) => n.children !== null).length).toBeLessThanOrEqual(3);
  });
});

describe('searchTrees: limits and options', () => {
  /** Never ends a turn and takes all the tokens it may. */
  const endless = (asked: number[] = []): MctsPolicy => ({
    decode,
    sampleFragments: async (requests) =>
      requests.map(({ streams, max_new_tokens }) => {
        asked.push(max_new_tokens);
        return streams.map((stream) => ({
          token_ids: Array.from({ length: max_new_tokens }, () => 97 + stream.integer(26)),
          sum_logprob: -1,
          ended: false,
        }));
      }),
  });
  const off = { ...CONFIG, judge_weight: 0 };

  it('ends a response at the completion cap and never asks for more', async () => {
    const asked: number[] = [];
    const config = { ...off, max_fragment_tokens: 10, max_completion_tokens: 25 };
    const [tree] = await searchTrees([row('a')], config, endless(asked));
    expect([...new Set(asked)].sort((a, b) => a - b)).toEqual([5, 10]);
    const last = tree!.nodes.filter((n) => n.depth === 3);
    expect(last.every((n) => n.reason === 'length' && n.response_ids.length === 25 && n.O === -1)).toBe(true);
  });

  it('ends a response 5 tokens before the context', async () => {
    const config = { ...off, max_fragment_tokens: 10, context_length: 27 };
    const [tree] = await searchTrees([row('a')], config, endless());
    expect(tree!.nodes.filter((n) => n.depth === 2).every((n) => n.reason === 'context')).toBe(true);
    const [full] = await searchTrees([row('a')], { ...off, context_length: 7 }, endless());
    expect(full!.nodes.map((n) => [n.reason, n.visit_count])).toEqual([['context', 0]]);
  });

  it('asks for no self-evaluation when its weight is 0, and scales it otherwise', async () => {
    const policy = randomPolicy();
    const nodes = nodeRows(await searchTrees([row('a')], off, policy));
    expect(policy.counts.evaluations).toBe(0);
    expect(nodes.every((n) => n.C === 0 && n.R === n.O)).toBe(true);
    const half = nodeRows(await searchTrees([row('a')], { ...CONFIG, judge_weight: 0.5 }, randomPolicy()));
    expect(half.some((n) => n.C !== 0)).toBe(true);
    for (const n of half) expect(n.R).toBeCloseTo(n.O + n.C / 2, 12);
  });

  it('gives the first slot to the ground truth where the prefix lies on it', async () => {
    const target = '[f(a=1)]';
    const target_ids = ids(target, true);
    const forced: string[] = [];
    const policy: MctsPolicy = {
      ...randomPolicy(),
      forceFragments: async (requests) =>
        requests.map(({ forced_ids, to_end }) => {
          forced.push(decode(forced_ids));
          const token_ids = to_end ? forced_ids : forced_ids.slice(0, 3);
          return { token_ids, sum_logprob: -1, ended: token_ids.at(-1) === END };
        }),
    };
    const config = { ...off, include_ground_truth: true };
    const [tree] = await searchTrees([{ ...row('a', target), target_ids }], config, policy);
    expect(forced[0]).toBe(target);
    expect(tree!.nodes[1]!.text).toBe('[f(');
    // All Q are equal before the first outcome, so the walk follows the first slot down to the complete ground truth.
    expect(forced).toEqual(['[f(a=1)]', 'a=1)]', ')]']);
    const right = tree!.nodes.filter((n) => n.response === target && n.reason === 'end');
    expect(right.map((n) => [n.O, n.depth, n.child_index])).toEqual([[1, 3, 0]]);
  });

  it('merges complete siblings that write the same call differently, but not an unfinished one', async () => {
    const texts: [string, boolean][] = [
      ['[f(a=1)]', true],
      ['[f(a = 1)]', true],
      ['[f(a=1)]', false],
    ];
    const policy: MctsPolicy = {
      decode,
      sampleFragments: async (requests) =>
        requests.map(({ streams, prefix_ids }) =>
          streams.map((_, i) => {
            const [text, ended] = prefix_ids.length === 0 ? texts[i % 3]! : (['.', true] as const);
            return { token_ids: ids(text, ended), sum_logprob: -1, ended };
          }),
        ),
    };
    const [tree] = await searchTrees([row('a')], { ...off, extra_draws: 0 }, policy);
    expect(tree!.nodes[0]!.children!.map((n) => [n.text, n.reason])).toEqual([
      ['[f(a=1)]', 'end'],
      ['[f(a=1)]', null],
    ]);
  });

  it('names the method that the config needs', async () => {
    await expect(searchTrees([row('a')], CONFIG, endless())).rejects.toThrow('policy has no method: selfEvaluate');
    await expect(searchTrees([row('a')], { ...off, include_ground_truth: true }, endless())).resolves.toHaveLength(1);
    const withTarget = { ...row('a'), target_ids: [1, END] };
    await expect(searchTrees([withTarget], { ...off, include_ground_truth: true }, endless())).rejects.toThrow(
      'forceFragments',
    );
  });

  it('refuses a reply of the wrong size', async () => {
    const short: MctsPolicy = { decode, sampleFragments: async (requests) => requests.map(() => []) };
    await expect(searchTrees([row('a')], off, short)).rejects.toThrow('fragments of a request: 0 (3)');
  });
});
