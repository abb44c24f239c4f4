import { randomStream } from '@itool/random';
import { contentId, ItoolError } from '@itool/record';
import { type ParsedCalls, parseCalls } from '@itool/tool-call';
import { balanceSides, countSides, type SideCounts } from './balance-sides.ts';
import { chooseSiblings } from './choose-siblings.ts';
import { filterPair } from './filter-pair.ts';
import { holdOutRows } from './hold-out-rows.ts';
import type { PairConfig } from './pair-config.ts';
import { countPrecision, isOnTrack, type PairPrecision } from './pair-precision.ts';
import { type PairNode, type PairPrompt, type PreferencePair, REASONS, type Reason } from './pair-record.ts';
import { pairSide } from './pair-side.ts';

export type PairSet = {
  /** In training order. Empty is a valid result: the update is skipped then. */
  pairs: PreferencePair[];
  /** Count of every reason, zeros included; they add up to the nodes with two or more children. */
  reasons: { reason: Reason; count: number }[];
  /** Directions of the pairs that passed the filters, before and after balancing. */
  sides: { before: SideCounts; after: SideCounts };
  /** How often the kept pairs agree with the ground truth. */
  precision: PairPrecision;
};

type Candidate = Omit<PreferencePair, 'fold'>;

/**
 * Preference pairs of finished search trees: from every node with two or more children the fragment with the highest and the one
 * with the lowest Q, filtered, without duplicates, balanced, in seeded order, capped, and split by row into two folds. The result
 * does not depend on the order of the tables.
 *
 * @throws ItoolError `bad_data` when a node's tree has no prompt or its parent is missing.
 */
export function buildPairs(
  tables: { nodes: readonly PairNode[]; prompts: readonly PairPrompt[] },
  config: PairConfig,
): PairSet {
  const counts = new Map<Reason, number>(REASONS.map((reason) => [reason, 0]));
  const count = (reason: Reason, n = 1): void => {
    counts.set(reason, counts.get(reason)! + n);
  };

  const candidates = extractCandidates(tables, config, count).sort(compareOrigin);
  const seen = new Set<string>();
  const unique = candidates.filter(({ pair_id }) => !seen.has(pair_id) && seen.add(pair_id));
  count('duplicate', candidates.length - unique.length);
  const balanced = config.max_side_ratio === null ? unique : balanceSides(unique, config.max_side_ratio, config.seed);
  count('unbalanced', unique.length - balanced.length);
  const shuffled = randomStream(config.seed, 'pairs').shuffle(balanced).slice(0, config.max_pairs);
  count('capped', balanced.length - shuffled.length);
  count('kept', shuffled.length);

  const held = holdOutRows(shuffled, config.validation, config.seed);
  return {
    pairs: shuffled.map((pair) => ({ ...pair, fold: held.has(pair.row_id) ? 'validation' : 'train' })),
    reasons: REASONS.map((reason) => ({ reason, count: counts.get(reason)! })),
    sides: {
      before: countSides(unique.map((pair) => pair.side)),
      after: countSides(balanced.map((pair) => pair.side)),
    },
    precision: countPrecision(shuffled),
  };
}

function extractCandidates(
  { nodes, prompts }: { nodes: readonly PairNode[]; prompts: readonly PairPrompt[] },
  config: PairConfig,
  count: (reason: Reason) => void,
): Candidate[] {
  const trees = new Map<string, Map<number, PairNode>>();
  for (const node of nodes) {
    let tree = trees.get(node.tree_id);
    if (tree === undefined) {
      tree = new Map();
      trees.set(node.tree_id, tree);
    }
    tree.set(node.node_id, node);
  }
  const promptOf = new Map(
    prompts.map((prompt) => [prompt.tree_id, { ...prompt, expected: parseCalls(prompt.target) }]),
  );
  const candidates: Candidate[] = [];
  for (const [tree_id, tree] of trees) {
    const prompt = promptOf.get(tree_id);
    if (prompt === undefined)
      throw new ItoolError({ code: 'bad_data', message: `preference: tree has no prompt: ${tree_id}` });
    for (const [parent_id, children] of childrenByParent(tree)) {
      if (children.length < 2) continue;
      const choice = chooseSiblings(children, config.require_visited);
      if (choice === null) {
        count('unvisited');
        continue;
      }
      const prefix = pathTo(parent_id, tree);
      const { chosen, rejected } = choice;
      const { similarity, dropped } = filterPair(
        { node: chosen, response: prefix.text + chosen.text },
        { node: rejected, response: prefix.text + rejected.text },
        config,
      );
      if (dropped === null) candidates.push(compose(prompt, prefix, chosen, rejected, similarity));
      else count(dropped);
    }
  }
  return candidates;
}

function childrenByParent(tree: Map<number, PairNode>): Map<number, PairNode[]> {
  const groups = new Map<number, PairNode[]>();
  for (const node of tree.values()) {
    if (node.parent_id < 0) continue;
    const group = groups.get(node.parent_id);
    if (group === undefined) groups.set(node.parent_id, [node]);
    else group.push(node);
  }
  return groups;
}

/** Tokens and text from the start of the response to the end of a node. */
function pathTo(node_id: number, tree: Map<number, PairNode>): { ids: number[]; text: string } {
  const node = tree.get(node_id);
  if (node === undefined)
    throw new ItoolError({ code: 'bad_data', message: `preference: node is missing from its tree: ${node_id}` });
  if (node.parent_id < 0) return { ids: [], text: '' };
  const above = pathTo(node.parent_id, tree);
  return { ids: [...above.ids, ...Array.from(node.token_ids)], text: above.text + node.text };
}

function compose(
  prompt: PairPrompt & { expected: ParsedCalls },
  prefix: { ids: number[]; text: string },
  chosen: PairNode,
  rejected: PairNode,
  similarity: number,
): Candidate {
  const prompt_ids = [...Array.from(prompt.prompt_ids), ...prefix.ids];
  const chosen_ids = Array.from(chosen.token_ids);
  const rejected_ids = Array.from(rejected.token_ids);
  return {
    pair_id: contentId([prompt_ids, chosen_ids, rejected_ids]),
    row_id: prompt.row_id,
    tree_id: prompt.tree_id,
    parent_id: chosen.parent_id,
    chosen_id: chosen.node_id,
    rejected_id: rejected.node_id,
    depth: chosen.depth,
    prompt: prompt.prompt + prefix.text,
    chosen: chosen.text,
    rejected: rejected.text,
    prompt_ids,
    chosen_ids,
    rejected_ids,
    q_chosen: chosen.q_value,
    q_rejected: rejected.q_value,
    n_chosen: chosen.visit_count,
    n_rejected: rejected.visit_count,
    similarity,
    side: pairSide(prefix.text, chosen.text, rejected.text),
    chosen_on_track: isOnTrack(prefix.text + chosen.text, chosen.reason, prompt.expected),
    rejected_on_track: isOnTrack(prefix.text + rejected.text, rejected.reason, prompt.expected),
    class: prompt.expected.calls.length > 0 ? 'call' : 'no_call',
  };
}

function compareOrigin(x: Candidate, y: Candidate): number {
  if (x.row_id !== y.row_id) return x.row_id < y.row_id ? -1 : 1;
  if (x.tree_id !== y.tree_id) return x.tree_id < y.tree_id ? -1 : 1;
  return x.parent_id - y.parent_id;
}
