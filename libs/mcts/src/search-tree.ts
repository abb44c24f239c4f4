import type { Tool } from '@itool/record';
import { backup } from './backup.ts';
import { drawFragments } from './draw-fragments.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import type { Fragment } from './policy.ts';
import { prior } from './prior.ts';
import { bestChild } from './puct.ts';
import type { SearchConfig } from './search-config.ts';
import { isExhausted, type SearchNode, type TerminalReason, type TreeRow } from './search-node.ts';
import { evaluate, type TreeSteps } from './tree-effect.ts';

/** A finished tree; nodes in the order of their creation, the root first. */
export type SearchTree = { row: TreeRow; nodes: SearchNode[] };

type Context = {
  row: TreeRow;
  config: SearchConfig;
  decode: (ids: readonly number[]) => string;
  outcome: Outcome;
  nodes: SearchNode[];
  /** Where selection starts and the depth limit is counted from: the tree's root unless `advance_root` moved it. */
  root: SearchNode;
};

/** Positions kept free at the end of the context, as in the parent code. */
const CONTEXT_MARGIN = 5;

/** The parent code searches this many times longer from the first root than from those it commits to. */
const FIRST_ROOT_FACTOR = 4;

/**
 * One search (specs: itool, sections 6 and 7) as a generator of what it needs from the model. Each iteration selects a leaf by
 * PUCT, expands it, rolls out up to `simulation` steps whose nodes stay in the tree, and backs up. It ends early when
 * nothing is left to expand and `skip_exhausted` is on. With `advance_root` it then goes on from the most visited child (ties: higher Q, then
 * lower index), with the depth limit counted from there, until that child is terminal.
 */
export function* searchTree(
  row: TreeRow & { tools?: readonly Tool[] },
  config: SearchConfig,
  decode: (ids: readonly number[]) => string,
): TreeSteps<SearchTree> {
  const root = rootNode(row, config);
  const outcome = outcomeOf(row.target, { ...config, tools: row.tools });
  const context: Context = { row, config, decode, outcome, nodes: [root], root };
  yield* searchFromRoot(context, config.iterations * (config.advance_root ? FIRST_ROOT_FACTOR : 1));
  while (config.advance_root && context.root.children !== null) {
    context.root = context.root.children.reduce((best, child) => (isPreferred(child, best) ? child : best));
    yield* searchFromRoot(context, config.iterations);
  }
  return { row, nodes: context.nodes };
}

function* searchFromRoot(context: Context, iterations: number): TreeSteps<void> {
  const { root, config } = context;
  for (let iteration = 0; iteration < iterations; iteration++) {
    if (root.reason !== null || (config.skip_exhausted && isExhausted(root))) return;
    const path = selectPath(root, config);
    if (path.at(-1)!.reason === null) yield* expandAndRollOut(path, context);
    backup(path, config);
  }
}

function isPreferred(node: SearchNode, other: SearchNode): boolean {
  if (node.visit_count !== other.visit_count) return node.visit_count > other.visit_count;
  return node.q_value > other.q_value;
}

function rootNode(row: TreeRow, config: SearchConfig): SearchNode {
  return {
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
    reason: row.prompt_ids.length >= config.context_length - CONTEXT_MARGIN ? 'context' : null,
    children: null,
  };
}

function selectPath(root: SearchNode, config: SearchConfig): SearchNode[] {
  const path = [root];
  for (let node = root; node.children !== null; ) {
    const candidates = config.skip_exhausted ? node.children.filter((child) => !isExhausted(child)) : node.children;
    node = bestChild(node, candidates, config.c);
    path.push(node);
  }
  return path;
}

/** Extends `path` from its unexpanded last node down to an evaluated leaf. */
function* expandAndRollOut(path: SearchNode[], context: Context): TreeSteps<void> {
  const { config } = context;
  let node = path.at(-1)!;
  yield* expand(node, context);
  for (let step = 0; step < config.simulation; step++) {
    node = bestChild(node, node.children!, config.c);
    path.push(node);
    if (node.reason !== null) return;
    yield* expand(node, context);
  }
  path.push(bestChild(node, node.children!, config.c));
}

function* expand(node: SearchNode, context: Context): TreeSteps<void> {
  const { row, config, decode, outcome, nodes, root } = context;
  const fragments = yield* drawFragments(node, row, { ...config, depth: root.depth + config.depth }, decode);
  const responses = fragments.map((fragment) => {
    const response_ids = [...node.response_ids, ...fragment.token_ids];
    return { response_ids, response: decode(response_ids) };
  });
  const confidences =
    config.judge_weight === 0
      ? null
      : yield* evaluate(responses.map(({ response }) => ({ ground_truth: row.target, response })));
  node.children = fragments.map((fragment, child_index): SearchNode => {
    const { response_ids, response } = responses[child_index]!;
    const reason = terminalReason(fragment, response_ids.length, node.depth + 1, context);
    const O = outcome(response, reason);
    const C = confidences?.[child_index] ?? 0;
    const R = O + config.judge_weight * C;
    const r = R - node.R;
    return {
      node_id: nodes.length + child_index,
      parent: node,
      depth: node.depth + 1,
      child_index,
      token_ids: fragment.token_ids,
      text: decode(fragment.token_ids),
      response_ids,
      response,
      p: prior(fragment.sum_logprob, fragment.token_ids.length, config.prior_exponent),
      O,
      C,
      R,
      r,
      q_value: r,
      value: 0,
      visit_count: 0,
      reason,
      children: null,
    };
  });
  nodes.push(...node.children);
}

function terminalReason(
  fragment: Fragment,
  response_tokens: number,
  depth: number,
  { row, config, root }: Context,
): TerminalReason | null {
  if (fragment.ended) return 'end';
  if (row.prompt_ids.length + response_tokens >= config.context_length - CONTEXT_MARGIN) return 'context';
  if (depth >= root.depth + config.depth || response_tokens >= config.max_completion_tokens) return 'length';
  return null;
}
