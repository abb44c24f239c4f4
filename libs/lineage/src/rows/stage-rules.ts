import type { JsonObject } from '@itool/record';
import type { StageArtifacts } from '../artifacts.ts';
import type { Origin, RowLink, StageRule, TableRef, TableRule } from './table-rule.ts';

const byRow = (role: string, output: string, own = 'row_id'): RowLink => ({ role, output, on: [[own, 'row_id']] });
const self = (output: string): TableRef => ({ role: null, output });

const SEEN_ID = ['table', 'row_id', 'use'];
const metrics = (...models: string[]): TableRule => ({
  output: 'metrics',
  id: ['phase', 'global_step'],
  over: [self('seen')],
  models,
});

function ingest({ provenance }: StageArtifacts): StageRule {
  const params = provenance.params as JsonObject;
  const sources = (params['sources'] ?? {}) as Record<string, { file: string }>;
  const originOf = (source: string): Origin => {
    const file = sources[source]?.file;
    return file === undefined ? { kind: 'generated', by: source } : { kind: 'imported', file };
  };
  const from_training = params['evaluation_from_training'] !== undefined;
  return {
    tables: [
      { output: 'rows', id: ['row_id'], columns: ['source'], origin: (row) => originOf(row['source']!) },
      { output: 'pretraining', id: ['row_id'], origin: () => ({ kind: 'generated', by: 'synthetic' }) },
      {
        output: 'dropped',
        id: ['source', 'reason'],
        over: [self('rows'), self('pretraining')],
        origin: (row) => originOf(row['source']!),
      },
      {
        output: 'cases',
        id: ['id'],
        columns: ['origin'],
        from: [{ ...self('rows'), on: [['row_id', 'row_id']] }],
        // The first rows that will do are taken, so that one row less lets another in.
        over: from_training ? [self('rows')] : [],
        origin: (row) => {
          const origin = row['origin']!;
          if (origin === 'training') return null;
          return origin.startsWith('file ')
            ? { kind: 'imported', file: origin.slice('file '.length) }
            : { kind: 'generated', by: 'synthetic' };
        },
      },
    ],
    // API-Bank's dialogues are made from parameters alone, so that no row decides about them; a table that none is in says so.
    decidedBy: (output) => {
      if (output.startsWith('api-bank/')) return 'none';
      return output === 'categories' || output.startsWith('eval/') ? 'cases' : null;
    },
  };
}

function base({ provenance, manifest }: StageArtifacts): StageRule {
  const { tokenizer } = provenance.params as { tokenizer: { rows: number } };
  // A full share of rows for the tokenizer: one row less lets another in.
  const limited = (manifest.outputs['seen']?.rows ?? 0) >= tokenizer.rows;
  const table = (value: string): RowLink => ({ ...byRow('rows', value), where: { column: 'table', value } });
  return {
    model: { parent: null },
    tables: [
      {
        output: 'seen',
        id: SEEN_ID,
        from: [table('rows'), table('pretraining'), byRow('split', 'sides')],
        over: limited ? [self('seen')] : [],
      },
      metrics(),
    ],
  };
}

function sft({ provenance }: StageArtifacts): StageRule {
  const { permute_targets } = provenance.params as { permute_targets?: boolean };
  const from = [byRow('rows', 'rows'), byRow('split', 'sides'), byRow('tier', 'tiers')];
  return {
    model: { parent: 'policy' },
    tables: [
      { output: 'seen', id: SEEN_ID, from, over: permute_targets === true ? [self('seen')] : [] },
      metrics('policy'),
    ],
  };
}

function filter(): StageRule {
  const nodeLink = (column: string): RowLink => ({
    role: 'trees',
    output: 'nodes',
    on: [
      ['tree_id', 'tree_id'],
      [column, 'node_id'],
    ],
  });
  const pairs = (output: string): TableRule => ({
    output,
    id: ['pair_id'],
    from: [
      { role: 'trees', output: 'prompts', on: [['tree_id', 'tree_id']] },
      ...['parent_id', 'chosen_id', 'rejected_id'].map(nodeLink),
    ],
    // Duplicates, balance of sides, cap and order look at all candidates.
    over: [{ role: 'trees', output: 'nodes' }],
  });
  return {
    tables: [
      pairs('pairs_arrow'),
      pairs('pairs'),
      { output: 'reasons', id: ['reason'], over: [{ role: 'trees', output: 'nodes' }] },
    ],
  };
}

const RULES: Readonly<Record<string, (stage: StageArtifacts) => StageRule>> = {
  import: () => ({ tables: [] }),
  ingest,
  split: () => ({ tables: [{ output: 'sides', id: ['row_id'], from: [byRow('rows', 'rows')] }] }),
  tier: ({ provenance }) => {
    const { mode } = provenance.params as { mode: string };
    const over = mode === 'tertiles' ? [{ role: 'rows', output: 'rows' }] : [];
    return { tables: [{ output: 'tiers', id: ['row_id'], from: [byRow('rows', 'rows')], over }] };
  },
  base,
  sft,
  rank: () => ({
    tables: [
      {
        output: 'ranked',
        id: ['row_id'],
        from: [byRow('rows', 'rows'), byRow('split', 'sides')],
        over: [self('ranked')],
        models: ['policy'],
      },
    ],
  }),
  mine: () => ({
    tables: [
      {
        output: 'prompts',
        id: ['tree_id'],
        from: [byRow('rows', 'rows'), byRow('ranked', 'ranked')],
        models: ['policy'],
      },
      {
        output: 'nodes',
        id: ['tree_id', 'node_id'],
        from: [{ ...self('prompts'), on: [['tree_id', 'tree_id']] }],
        models: ['policy'],
      },
    ],
  }),
  filter,
  optimize: () => ({
    model: { parent: 'policy' },
    tables: [
      {
        output: 'seen',
        id: SEEN_ID,
        from: [{ role: 'pairs', output: 'pairs_arrow', on: [['row_id', 'pair_id']] }],
        // All pairs decide together whether they are trained on at all.
        over: [{ role: 'pairs', output: 'pairs_arrow' }],
      },
      metrics('policy'),
    ],
  }),
  'eval-api-bank': () => ({
    // Its dialogues are no table: only the generator and its parameters say where they come from.
    tables: [
      {
        output: 'cases',
        id: ['id'],
        models: ['policy'],
        origin: () => ({ kind: 'generated', by: 'synthetic (API-Bank form)' }),
      },
    ],
  }),
  'eval-bfcl': () => ({
    tables: [
      {
        output: 'cases',
        id: ['id'],
        from: [{ role: 'cases', output: 'cases', on: [['id', 'id']] }],
        models: ['policy'],
      },
    ],
  }),
};

/** What is known about the rows of a stage; null for a kind without rules, all of whose rows count as made of all that it reads. */
export function stageRule(stage: StageArtifacts): StageRule | null {
  return RULES[stage.kind]?.(stage) ?? null;
}
