import { type MadeWorkspace, madeWorkspace } from '../../testdata/made-workspace.ts';
import type { PipelineArtifacts } from '../artifacts.ts';
import { checkCompleteness } from './check-completeness.ts';
import { type LineageTable, type LineageTables, readLineageTables } from './lineage-tables.ts';
import { findRows, type RowSet } from './row-set.ts';
import { readToolNames, rowsSharingTools } from './shared-tools.ts';
import { traceDown } from './trace-down.ts';
import { traceUp } from './trace-up.ts';

const ID = { row_id: 'utf8' } as const;
const SEEN = { table: 'utf8', row_id: 'utf8', use: 'utf8' } as const;
const tools = (...names: string[]): string => JSON.stringify(names.map((name) => ({ name })));

/** Three rows: `a` is trained on and searched, `b` is validated on, `c` is in no tier that is trained. */
function smallPipeline(made: MadeWorkspace): PipelineArtifacts {
  const { table, text } = made;
  const ROWS = { ...ID, source: 'utf8', tools: 'utf8' } as const;
  const rows = (...names: string[]) => names.map((row_id) => ({ row_id }));
  return made.make({
    ingest: {
      kind: 'ingest',
      params: { sources: { talk: { file: 'talk' } } },
      outputs: {
        rows: table(ROWS, [
          { row_id: 'a', source: 'talk', tools: tools('turn', 'stop') },
          { row_id: 'b', source: 'synthetic', tools: tools('turn') },
          { row_id: 'c', source: 'synthetic', tools: tools('fly') },
        ]),
        cases: table({ id: 'utf8', category: 'utf8', origin: 'utf8', row_id: 'utf8?' }, [
          { id: 'q0', category: 'simple', origin: 'generated', row_id: null },
          { id: 'q1', category: 'simple', origin: 'training', row_id: 'c' },
        ]),
        'eval/simple.questions': text(
          ['q0', 'q1']
            .map((id) => `${JSON.stringify({ id, function: [{ name: id === 'q0' ? 'turn' : 'fly' }] })}\n`)
            .join(''),
          'jsonl',
        ),
        categories: text('[]', 'json'),
      },
    },
    split: { kind: 'split', inputs: { rows: ['ingest'] }, outputs: { sides: table(ID, rows('a', 'b', 'c')) } },
    tier: {
      kind: 'tier',
      params: { mode: 'thresholds' },
      inputs: { rows: ['ingest'] },
      outputs: { tiers: table(ID, rows('a', 'b', 'c')) },
    },
    base: {
      kind: 'base',
      params: { tokenizer: { rows: 9 } },
      inputs: { rows: ['ingest'], split: ['split'] },
      outputs: { seen: table(SEEN, []), 'model.safetensors': text('w0') },
    },
    sft: {
      kind: 'sft',
      inputs: { policy: ['base'], rows: ['ingest'], split: ['split'], tier: ['tier'] },
      outputs: {
        seen: table(SEEN, [
          { table: 'rows', row_id: 'a', use: 'train' },
          { table: 'rows', row_id: 'b', use: 'validation' },
        ]),
        'model.safetensors': text('w1'),
      },
    },
    'mine-1': {
      kind: 'mine',
      inputs: { policy: ['sft'], rows: ['ingest'], ranked: ['split'] },
      outputs: {
        prompts: table({ tree_id: 'utf8', row_id: 'utf8' }, [{ tree_id: 'a', row_id: 'a' }]),
        nodes: table(
          { tree_id: 'utf8', node_id: 'int32' },
          [0, 1, 2, 3].map((node_id) => ({ tree_id: 'a', node_id })),
        ),
      },
    },
    'filter-1': {
      kind: 'filter',
      inputs: { trees: ['mine-1'] },
      outputs: {
        pairs_arrow: table(
          { pair_id: 'utf8', tree_id: 'utf8', parent_id: 'int32', chosen_id: 'int32', rejected_id: 'int32' },
          [{ pair_id: 'p', tree_id: 'a', parent_id: 0, chosen_id: 1, rejected_id: 2 }],
        ),
      },
    },
    'optimize-1': {
      kind: 'optimize',
      inputs: { policy: ['sft'], pairs: ['filter-1'] },
      outputs: { seen: table(SEEN, [{ table: 'pairs', row_id: 'p', use: 'train' }]), 'model.safetensors': text('w2') },
    },
    'eval-base': {
      kind: 'eval-bfcl',
      inputs: { policy: ['base'], cases: ['ingest'] },
      outputs: { cases: table({ id: 'utf8' }, [{ id: 'q0' }, { id: 'q1' }]) },
    },
    'eval-1': {
      kind: 'eval-bfcl',
      inputs: { policy: ['optimize-1'], cases: ['ingest'] },
      outputs: { cases: table({ id: 'utf8' }, [{ id: 'q0' }, { id: 'q1' }]) },
    },
  });
}

describe('row lineage', () => {
  let made: MadeWorkspace;
  let tables: LineageTables;
  beforeAll(async () => {
    made = madeWorkspace();
    tables = await readLineageTables(smallPipeline(made));
  });
  afterAll(() => made.remove());

  const idsOf = (rows: RowSet): Record<string, string[]> =>
    Object.fromEntries(
      tables.stages
        .flatMap((stage) => stage.tables)
        .filter((table) => rows.get(table).size > 0)
        .map((table: LineageTable) => [
          `${table.stage}/${table.output}`,
          [...rows.get(table)].map((row) => table.ids[row]!),
        ]),
    );
  const down = (row: string) => traceDown(tables, findRows(tables, row));

  it('follows a row to all that is made of it and to the models that have seen it', () => {
    const { derived, models, outputs } = down('ingest/rows:a');
    expect(idsOf(derived)).toEqual({
      'ingest/rows': ['a'],
      'split/sides': ['a'],
      'tier/tiers': ['a'],
      'sft/seen': ['rows/a/train'],
      'mine-1/prompts': ['a'],
      'mine-1/nodes': ['a/0', 'a/1', 'a/2', 'a/3'],
      'filter-1/pairs_arrow': ['p'],
      'optimize-1/seen': ['pairs/p/train'],
    });
    expect(models).toEqual([
      { stage: 'sft', uses: { train: 1 }, from: [], influenced: true },
      { stage: 'optimize-1', uses: { train: 1 }, from: ['sft'], influenced: true },
    ]);
    expect(outputs).toContain('eval-1/cases');
    expect(outputs.filter((name) => name.startsWith('base/') || name.startsWith('eval-base/'))).toEqual([]);
    expect(outputs.filter((name) => name.startsWith('ingest/'))).toEqual(['ingest/rows']);
  });

  it('names no model for a row that none has seen, but the case that is made of it', () => {
    const { derived, models, outputs } = down('c');
    expect(models).toEqual([]);
    expect(idsOf(derived)).toMatchObject({ 'ingest/cases': ['q1'], 'eval-1/cases': ['q1'] });
    expect(outputs).toContain('ingest/eval/simple.questions');
    expect(outputs).not.toContain('sft/seen');
  });

  it('goes from a case up to its question, its models, and the rows that share its tools', () => {
    const { rows, models } = traceUp(tables, findRows(tables, 'eval-1/cases:q0'));
    expect(idsOf(rows)).toEqual({ 'ingest/cases': ['q0'], 'eval-1/cases': ['q0'] });
    expect(models).toEqual(['optimize-1', 'sft', 'base']);
    const sharing = rowsSharingTools(tables, readToolNames(tables), models, new Set(['stop']));
    expect(
      sharing.map(({ table, rows: own }) => [`${table.stage}/${table.output}`, own.map((row) => table.ids[row])]),
    ).toEqual([
      ['ingest/rows', ['a']],
      ['split/sides', ['a']],
      ['tier/tiers', ['a']],
      ['sft/seen', ['rows/a/train']],
      ['mine-1/prompts', ['a']],
      // Node 3 is in no pair that was trained on.
      ['mine-1/nodes', ['a/0', 'a/1', 'a/2']],
      ['filter-1/pairs_arrow', ['p']],
      ['optimize-1/seen', ['pairs/p/train']],
    ]);
    expect(rowsSharingTools(tables, readToolNames(tables), models, new Set(['fly']))).toEqual([]);
  });

  it('goes from a pair up to its nodes, its prompt and its source row', () => {
    expect(idsOf(traceUp(tables, findRows(tables, 'p')).rows)).toEqual({
      'ingest/rows': ['a'],
      'mine-1/prompts': ['a'],
      'mine-1/nodes': ['a/0', 'a/1', 'a/2'],
      'filter-1/pairs_arrow': ['p'],
    });
  });

  it('counts where rows come from', () => {
    const counts = checkCompleteness(tables);
    expect(counts.find((one) => one.output === 'rows')).toMatchObject({
      rows: 3,
      imported: 1,
      generated: 2,
      unreached: [],
    });
    expect(counts.find((one) => one.stage === 'sft')).toMatchObject({ rows: 2, derived: 2, unreached: [] });
    expect(counts.flatMap((one) => one.unreached)).toEqual([]);
  });
});

describe('rows of unknown origin', () => {
  it('are named', async () => {
    const made = madeWorkspace();
    const { table } = made;
    const artifacts = made.make({
      ingest: {
        kind: 'ingest',
        outputs: { rows: table({ ...ID, source: 'utf8' }, [{ row_id: 'a', source: 'synthetic' }]) },
      },
      split: {
        kind: 'split',
        inputs: { rows: ['ingest'] },
        outputs: { sides: table(ID, [{ row_id: 'a' }, { row_id: 'x' }]) },
      },
      odd: { kind: 'unheard-of', inputs: { sides: ['split'] }, outputs: { things: table(ID, [{ row_id: 'a' }]) } },
    });
    const tables = await readLineageTables(artifacts);
    expect(checkCompleteness(tables).map(({ output, unreached }) => [output, unreached])).toEqual([
      ['rows', []],
      ['sides', ['x']],
      ['things', ['0']],
    ]);
    // A kind without rules counts as made of everything that it reads.
    expect(traceDown(tables, findRows(tables, 'ingest/rows:a')).outputs).toEqual([
      'ingest/rows',
      'split/sides',
      'odd/things',
    ]);
    made.remove();
  });
});
