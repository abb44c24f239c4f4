import { nodeRows, searchTrees } from '@itool/mcts';
import { loadModel } from '@itool/nn';
import { encodeRows, parseTextRow, readPolicy } from '@itool/policy';
import type { StageDefinition } from '@itool/stage';
import { backendFingerprint, useBackend } from '@itool/tensor';
import { type Params, paramsSchema } from './params.ts';
import { searchPolicy } from './search-policy.ts';

type Row = { row_id: string; tools: string; messages: string; target: string };

const PROMPT_COLUMNS = {
  tree_id: 'utf8',
  row_id: 'utf8',
  prompt_ids: 'list<int32>',
  prompt: 'utf8',
  target: 'utf8',
} as const;

const NODE_COLUMNS = {
  tree_id: 'utf8',
  row_id: 'utf8',
  node_id: 'int32',
  parent_id: 'int32',
  depth: 'int32',
  child_index: 'int32',
  text: 'utf8',
  token_ids: 'list<int32>',
  p: 'float64',
  q_value: 'float64',
  visit_count: 'int32',
  value: 'float64',
  r: 'float64',
  R: 'float64',
  O: 'float64',
  C: 'float64',
  terminal: 'bool',
  reason: 'utf8',
} as const;

/** Monte-Carlo tree search over the answer fragments of every selected prompt (specs/itool.md 6 and 7). */
export const stage: StageDefinition<Params> = {
  kind: 'mine',
  params: paramsSchema,
  run: async ({ params, iteration, inputs, out, progress, log }) => {
    const backend = await useBackend(params.device);
    log(`backend ${backend.name}: ${backend.reason}`);
    const policy = readPolicy(inputs.stage('policy'));
    const model = loadModel({ config: policy.config, weights: policy.weights, storage: params.weight_storage });
    const ranked = await inputs.rows<{ row_id: string; selected: boolean }>('ranked', 'ranked');
    const selected = new Set(ranked.filter((row) => row.selected).map((row) => row.row_id));
    const rows = (await inputs.rows<Row>('rows', 'rows')).filter((row) => selected.has(row.row_id)).map(parseTextRow);

    const tree_rows = encodeRows(policy, rows).map(({ row_id, ids, target_start }, i) => ({
      tree_id: row_id,
      row_id,
      prompt_ids: ids.slice(0, target_start),
      target_ids: ids.slice(target_start),
      target: rows[i]!.messages.at(-1)!.content,
      tools: rows[i]!.tools,
    }));
    const search = searchPolicy(model, policy, params, iteration);
    const bar = progress({ label: 'mine', total: tree_rows.length, unit: 'trees' });
    const trees = await searchTrees(
      tree_rows,
      {
        ...params,
        judge_weight: params.judge.mode === 'off' ? 0 : params.judge_weight,
        context_length: policy.config.max_position_embeddings,
        iteration,
      },
      search,
      { max_running_trees: params.max_running_trees, onTree: () => bar.tick() },
    );
    bar.finish();

    const nodes = nodeRows(trees);
    out.table('nodes', NODE_COLUMNS, nodes);
    out.table(
      'prompts',
      PROMPT_COLUMNS,
      trees.map(({ row }) => ({
        tree_id: row.tree_id,
        row_id: row.row_id,
        prompt_ids: [...row.prompt_ids],
        prompt: policy.tokenizer.decode([...row.prompt_ids]),
        target: row.target,
      })),
    );
    const outcomes = trees.map(
      (tree) => new Set(tree.nodes.filter((node) => node.reason !== null).map((node) => node.O)),
    );
    const summary = {
      trees: trees.length,
      nodes: nodes.length,
      all_right: outcomes.filter((set) => set.size === 1 && set.has(1)).length,
      all_wrong: outcomes.filter((set) => set.size === 1 && set.has(-1)).length,
      mixed: outcomes.filter((set) => set.size > 1).length,
    };
    out.json('summary', summary);
    out.json('ledger', { sampled_tokens: search.sampled_tokens() });
    out.fact('backend', { ...backendFingerprint() });
    log(
      `${summary.mixed} of ${summary.trees} trees hold right and wrong answers, ${summary.all_wrong} only wrong ones`,
    );
    search.dispose();
    model.dispose();
  },
};
