import { type RandomStream, randomStream } from '@itool/random';
import fc from 'fast-check';
import { DEFAULT_SEARCH, type MctsPolicy, type SearchConfig, searchTrees } from './index.ts';

/**
 * The search once more, slow and without any batching or running sums: one tree, one fragment at a time, and every N, V and Q worked out
 * anew from the list of all paths that were ever backed up. What the batched search must agree with on policies drawn at random.
 */
type Step = { text: string; ended: boolean; logprob: number };
type ReferenceNode = { at: number[]; step: Step; response: string; O: number; C: number; terminal: boolean };
type Draw = (response: string, stream: RandomStream, to_end: boolean) => Step;
type Judge = (response: string) => number;

/** Without a call, so that a finished response is right when it has none either. */
const TARGET = 'xy';

function referenceSearch(row_id: string, config: SearchConfig, draw: Draw, judge: Judge) {
  const nodes: ReferenceNode[] = [];
  const paths: number[][] = [];
  const key = (at: readonly number[]) => at.join('.');
  const find = (at: readonly number[]) => nodes.find((node) => key(node.at) === key(at))!;
  const childrenOf = (at: readonly number[]) =>
    nodes.filter((node) => node.at.length === at.length + 1 && key(node.at.slice(0, -1)) === key(at));

  const R = (at: readonly number[]): number => (at.length === 0 ? 0 : find(at).O + config.judge_weight * find(at).C);
  const N = (at: readonly number[]): number => paths.filter((path) => at.every((step, i) => path[i] === step)).length;
  const V = (at: readonly number[]): number => {
    const visited = childrenOf(at).filter((child) => N(child.at) > 0);
    const total = visited.reduce((sum, child) => sum + N(child.at), 0);
    return total === 0 ? 0 : visited.reduce((sum, child) => sum + N(child.at) * Q(child.at), 0) / total;
  };
  const Q = (at: readonly number[]): number => {
    const r = at.length === 0 ? 0 : R(at) - R(at.slice(0, -1));
    return N(at) === 0 ? r : r + config.gamma * V(at);
  };
  const isDone = (at: readonly number[]): boolean => {
    if (at.length > 0 && find(at).terminal) return true;
    const children = childrenOf(at);
    return children.length > 0 && children.every((child) => isDone(child.at));
  };
  const best = (at: readonly number[], candidates: readonly ReferenceNode[]): number[] => {
    const scored = candidates.map((child) => ({
      at: child.at,
      score:
        Q(child.at) +
        (config.c * Math.exp(child.step.logprob / child.step.text.length) * Math.sqrt(N(at))) / (1 + N(child.at)),
    }));
    const top = Math.max(...scored.map(({ score }) => score));
    return scored.find(({ score }) => score === top)!.at;
  };
  const expand = (at: readonly number[]): void => {
    const before = at.length === 0 ? '' : find(at).response;
    const to_end = at.length + 1 === config.depth;
    const slots: (Step | undefined)[] = Array.from({ length: config.width }, () => undefined);
    for (let attempt = 0; attempt <= config.extra_draws; attempt++) {
      for (let slot = 0; slot < config.width; slot++) {
        if (slots[slot] !== undefined) continue;
        const stream = randomStream(config.seed, 'mcts', config.iteration, row_id, key(at), slot, attempt);
        const step = draw(before, stream, to_end);
        const isNew = slots.every((other) => other?.text !== step.text || other.ended !== step.ended);
        if (isNew) slots[slot] = step;
      }
    }
    const steps = slots.filter((step) => step !== undefined);
    for (const [i, step] of steps.entries()) {
      const response = before + step.text;
      const terminal = step.ended || to_end;
      const O = !terminal ? 0 : step.ended && !response.includes('f()') ? 1 : -1;
      nodes.push({ at: [...at, i], step, response, O, C: judge(response), terminal });
    }
  };

  for (let iteration = 0; iteration < config.iterations; iteration++) {
    if (config.skip_exhausted && isDone([])) break;
    let at: number[] = [];
    while (childrenOf(at).length > 0) {
      const open = childrenOf(at).filter((child) => !config.skip_exhausted || !isDone(child.at));
      at = best(at, open);
    }
    if (at.length === 0 || !find(at).terminal) {
      expand(at);
      for (let step = 0; step < config.simulation; step++) {
        at = best(at, childrenOf(at));
        if (find(at).terminal) break;
        expand(at);
      }
      if (childrenOf(at).length > 0) at = best(at, childrenOf(at));
    }
    paths.push(at);
  }
  const all = [[] as number[], ...nodes.map((node) => node.at)];
  return all.map((at) => ({
    at: key(at),
    text: at.length === 0 ? '' : find(at).step.text,
    N: N(at),
    V: V(at),
    Q: Q(at),
  }));
}

const END = 0;
const decode = (tokens: readonly number[]) => String.fromCharCode(...tokens.filter((token) => token !== END));

/** Short fragments over few pieces, so that duplicates, right answers and early ends are all frequent. */
const drawPieces =
  (end_share: number): Draw =>
  (_, stream, to_end) => {
    const text = Array.from({ length: 1 + stream.integer(2) }, () => stream.pick(['x', 'y', 'f()'])).join('');
    return {
      text,
      ended: to_end ? stream.uniform() < 0.8 : stream.uniform() < end_share,
      logprob: -stream.uniform() * text.length,
    };
  };

function policyOf(draw: Draw, judge: Judge): MctsPolicy {
  return {
    decode,
    sampleFragments: async (requests) =>
      requests.map(({ prefix_ids, streams, to_end }) =>
        streams.map((stream) => {
          const { text, ended, logprob } = draw(decode(prefix_ids), stream, to_end);
          const letters = [...text].map((letter) => letter.charCodeAt(0));
          // The end token is a token of the fragment; its log-probability keeps the mean, and so the prior, that of the letters.
          const token_ids = ended ? [...letters, END] : letters;
          return { token_ids, sum_logprob: (logprob / letters.length) * token_ids.length, ended };
        }),
      ),
    selfEvaluate: async (requests) => requests.map(({ response }) => judge(response)),
  };
}

describe('searchTrees against a reference search', () => {
  it('grows the same trees with the same Q, V and N', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          seed: fc.nat(1000),
          width: fc.integer({ min: 1, max: 4 }),
          depth: fc.integer({ min: 1, max: 4 }),
          simulation: fc.integer({ min: 0, max: 3 }),
          iterations: fc.integer({ min: 1, max: 7 }),
          c: fc.constantFrom(0, 0.5, 1, 3),
          gamma: fc.constantFrom(0.5, 0.9, 1),
          judge_weight: fc.constantFrom(0, 0.25, 1),
          skip_exhausted: fc.boolean(),
          extra_draws: fc.integer({ min: 0, max: 2 }),
        }),
        fc.constantFrom(0.1, 0.5),
        async (knobs, end_share) => {
          const config: SearchConfig = { ...DEFAULT_SEARCH, ...knobs, iteration: 1, context_length: 1000 };
          const draw = drawPieces(end_share);
          const judge: Judge = (response) =>
            config.judge_weight === 0 ? 0 : randomStream(knobs.seed, 'judge', response).uniform() - 0.5;
          const rows = ['a', 'b', 'c'].map((row_id) => ({ tree_id: row_id, row_id, prompt_ids: [1], target: TARGET }));
          const trees = await searchTrees(rows, config, policyOf(draw, judge));
          for (const tree of trees) {
            const reference = referenceSearch(tree.row.row_id, config, draw, judge);
            const path = (node: (typeof tree.nodes)[number]): string =>
              node.parent === null ? '' : [path(node.parent), node.child_index].filter((part) => part !== '').join('.');
            expect(tree.nodes.map((node) => [path(node), node.text, node.visit_count])).toEqual(
              reference.map((node) => [node.at, node.text, node.N]),
            );
            for (const [i, node] of tree.nodes.entries()) {
              expect(node.value).toBeCloseTo(reference[i]!.V, 10);
              expect(node.q_value).toBeCloseTo(reference[i]!.Q, 10);
            }
          }
        },
      ),
      { numRuns: 60, seed: 42 },
    );
  });
});
