import { ItoolError, type Tool } from '@itool/record';
import type { MctsPolicy } from './policy.ts';
import type { SearchConfig } from './search-config.ts';
import type { TreeRow } from './search-node.ts';
import { type SearchTree, searchTree } from './search-tree.ts';
import type { TreeEffect, TreeReply, TreeSteps } from './tree-effect.ts';

type Running = { index: number; steps: TreeSteps<SearchTree>; effect: TreeEffect };

/**
 * Searches all rows and returns their trees sorted by row id. Trees advance together: a wave collects what every running
 * tree waits for into one call per method of the policy. A tree is a function of model, row, config and seed; how many run
 * at once changes the batches, not the result.
 *
 * @param options.max_running_trees bounds the batch and the memory of the policy; all rows at once when left out.
 * @param options.onTree called as each tree is done, for progress.
 * @throws ItoolError `bad_config` when the config needs a method that the policy lacks, `internal` when a reply has the wrong size.
 */
export async function searchTrees(
  rows: readonly (TreeRow & { tools?: readonly Tool[] })[],
  config: SearchConfig,
  policy: MctsPolicy,
  options: { max_running_trees?: number; onTree?: (tree: SearchTree) => void } = {},
): Promise<SearchTree[]> {
  const order = [...rows].sort((a, b) => (a.row_id < b.row_id ? -1 : a.row_id > b.row_id ? 1 : 0));
  const trees: SearchTree[] = [];
  let running: Running[] = [];
  let started = 0;

  const advance = (index: number, steps: TreeSteps<SearchTree>, reply?: TreeReply): Running[] => {
    const next = steps.next(reply ?? []);
    if (!next.done) return [{ index, steps, effect: next.value }];
    trees[index] = next.value;
    options.onTree?.(next.value);
    return [];
  };
  const fill = (): void => {
    const limit = Math.max(1, options.max_running_trees ?? order.length);
    while (running.length < limit && started < order.length) {
      const steps = searchTree(order[started]!, config, policy.decode);
      running.push(...advance(started++, steps));
    }
  };

  for (fill(); running.length > 0; fill()) {
    const replies = await serve(
      running.map(({ effect }) => effect),
      policy,
    );
    running = running.flatMap(({ index, steps }, i) => advance(index, steps, replies[i]!));
  }
  return trees;
}

/** One reply per effect, with one call per kind. */
async function serve(effects: readonly TreeEffect[], policy: MctsPolicy): Promise<TreeReply[]> {
  const replies = new Map<TreeEffect, TreeReply>();
  const samples = effects.filter((effect) => effect.kind === 'sample');
  if (samples.length > 0) {
    const fragments = await policy.sampleFragments(samples.map(({ request }) => request));
    checkSize('sampleFragments', fragments.length, samples.length);
    samples.forEach((effect, i) => {
      checkSize('fragments of a request', fragments[i]!.length, effect.request.streams.length);
      replies.set(effect, fragments[i]!);
    });
  }
  const forced = effects.filter((effect) => effect.kind === 'force');
  if (forced.length > 0) {
    if (!policy.forceFragments) throw missing('forceFragments', 'include_ground_truth');
    const fragments = await policy.forceFragments(forced.map(({ request }) => request));
    checkSize('forceFragments', fragments.length, forced.length);
    forced.forEach((effect, i) => {
      replies.set(effect, [fragments[i]!]);
    });
  }
  const evaluations = effects.filter((effect) => effect.kind === 'evaluate');
  if (evaluations.length > 0) {
    if (!policy.selfEvaluate) throw missing('selfEvaluate', 'judge_weight');
    const requests = evaluations.flatMap((effect) => effect.requests);
    const values = await policy.selfEvaluate(requests);
    checkSize('selfEvaluate', values.length, requests.length);
    let start = 0;
    for (const effect of evaluations) {
      replies.set(effect, values.slice(start, start + effect.requests.length));
      start += effect.requests.length;
    }
  }
  return effects.map((effect) => replies.get(effect)!);
}

function checkSize(what: string, got: number, wanted: number): void {
  if (got !== wanted)
    throw new ItoolError({
      code: 'internal',
      message: `mcts: policy reply has wrong size: ${what}: ${got} (${wanted})`,
    });
}

function missing(method: string, option: string): ItoolError {
  return new ItoolError({
    code: 'bad_config',
    message: `mcts: policy has no method: ${method}`,
    hint: `${option} needs it; provide the method or turn the option off`,
  });
}
