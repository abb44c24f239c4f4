import { randomStream } from '@itool/random';
import { canonicalCalls } from '@itool/tool-call';
import type { Fragment, FragmentRequest } from './policy.ts';
import type { SearchConfig } from './search-config.ts';
import { pathOf, type SearchNode, type TreeRow } from './search-node.ts';
import { force, sample, type TreeSteps } from './tree-effect.ts';

/**
 * Up to `width` different fragments that go on from a node, in slot order. A duplicate (same tokens, or same response in
 * canonical form) is drawn again up to `extra_draws` times, then its slot stays empty. The stream of a draw is named by
 * iteration, row, path, slot and attempt, so it gives the same fragment whatever was drawn before it.
 */
export function* drawFragments(
  node: SearchNode,
  row: TreeRow,
  config: SearchConfig,
  decode: (ids: readonly number[]) => string,
): TreeSteps<Fragment[]> {
  const request = requestFor(node, row, config);
  const slots = new Map<number, Fragment>();
  const taken = new Set<string>();
  const accept = (slot: number, fragment: Fragment): void => {
    const keys = keysOf(fragment, node, decode);
    if (keys.some((key) => taken.has(key))) return;
    for (const key of keys) taken.add(key);
    slots.set(slot, fragment);
  };

  const forced_ids = config.include_ground_truth ? groundTruthAfter(node, row) : null;
  if (forced_ids !== null) accept(0, yield* force({ ...request, forced_ids }));

  const path = pathOf(node);
  for (let attempt = 0; attempt <= config.extra_draws; attempt++) {
    const open = Array.from({ length: config.width }, (_, slot) => slot).filter((slot) => !slots.has(slot));
    if (open.length === 0) break;
    const streams = open.map((slot) =>
      randomStream(config.seed, 'mcts', config.iteration, row.row_id, path, slot, attempt),
    );
    const fragments = yield* sample({ ...request, streams });
    open.forEach((slot, i) => {
      accept(slot, fragments[i]!);
    });
  }
  return [...slots].sort(([a], [b]) => a - b).map(([, fragment]) => fragment);
}

function requestFor(node: SearchNode, row: TreeRow, config: SearchConfig): Omit<FragmentRequest, 'streams'> {
  const used = node.response_ids.length;
  const room = Math.min(config.max_completion_tokens - used, config.context_length - row.prompt_ids.length - used);
  const to_end = node.depth + 1 >= config.depth;
  return {
    tree_id: row.tree_id,
    prompt_ids: row.prompt_ids,
    prefix_ids: node.response_ids,
    to_end,
    max_new_tokens: to_end ? room : Math.min(config.max_fragment_tokens, room),
  };
}

/** Calls are compared in canonical form once the response is complete; a part of a call has no such form. */
function keysOf(fragment: Fragment, node: SearchNode, decode: (ids: readonly number[]) => string): string[] {
  const response = decode([...node.response_ids, ...fragment.token_ids]);
  return [
    `ids ${fragment.token_ids.join(' ')}`,
    fragment.ended ? `end ${canonicalCalls(response)}` : `text ${response.trim()}`,
  ];
}

/** The rest of the ground truth when the node lies on it, else null. */
function groundTruthAfter(node: SearchNode, row: TreeRow): readonly number[] | null {
  const target = row.target_ids ?? [];
  const onTarget = node.response_ids.every((id, i) => id === target[i]);
  return onTarget && node.response_ids.length < target.length ? target.slice(node.response_ids.length) : null;
}
