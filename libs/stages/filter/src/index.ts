import { buildPairs, type PairNode, type PairPrompt } from '@itool/preference';
import type { StageDefinition } from '@itool/stage';
import { type Params, paramsSchema } from './params.ts';

const PAIR_COLUMNS = {
  pair_id: 'utf8',
  row_id: 'utf8',
  tree_id: 'utf8',
  parent_id: 'int32',
  chosen_id: 'int32',
  rejected_id: 'int32',
  depth: 'int32',
  prompt: 'utf8',
  chosen: 'utf8',
  rejected: 'utf8',
  prompt_ids: 'list<int32>',
  chosen_ids: 'list<int32>',
  rejected_ids: 'list<int32>',
  q_chosen: 'float64',
  q_rejected: 'float64',
  n_chosen: 'int32',
  n_rejected: 'int32',
  similarity: 'float64',
  side: 'utf8',
  chosen_on_track: 'bool',
  rejected_on_track: 'bool',
  class: 'utf8',
  fold: 'utf8',
} as const;

/** Preference pairs out of the search trees, with every dropped candidate counted by its reason. */
export const stage: StageDefinition<Params> = {
  kind: 'filter',
  params: paramsSchema,
  device: 'none',
  run: async ({ params, inputs, out, log }) => {
    const nodes = await inputs.rows<PairNode>('trees', 'nodes');
    const prompts = await inputs.rows<PairPrompt>('trees', 'prompts');
    const { pairs, reasons, sides, precision } = buildPairs({ nodes, prompts }, params);
    out.table('pairs_arrow', PAIR_COLUMNS, pairs);
    await out.parquet('pairs', PAIR_COLUMNS, pairs);
    out.table('reasons', { reason: 'utf8', count: 'int32' }, reasons);
    out.json('sides', sides);
    out.json('precision', precision);
    out.fact('pairs', pairs.length);
    log(`${pairs.length} pairs; ${reasons.map(({ reason, count }) => `${reason} ${count}`).join(', ')}`);
  },
};
