import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, readBlob } from '@itool/artifact';
import type { DefinedStage } from '@itool/pipeline';
import type { JsonObject } from '@itool/record';
import { collectOutputs, type InputRole, makeInputs, type StageOutputs } from '@itool/stage';
import { stage } from './index.ts';

describe('report stage', () => {
  let workspace: string;
  let definitions: DefinedStage[];
  beforeEach(() => {
    definitions = [];
    workspace = mkdtempSync(join(tmpdir(), 'itool-report-'));
  });
  afterEach(() => rmSync(workspace, { recursive: true }));

  const store = () => openStore(join(workspace, 'store'));

  /** Makes and defines one stage. */
  async function make(
    name: string,
    kind: string,
    needs: Record<string, string[]>,
    params: JsonObject,
    write: (out: StageOutputs) => void | Promise<void>,
  ): Promise<InputRole['stages'][number]> {
    const { outputs, manifest } = collectOutputs(store());
    await write(outputs);
    const iteration = Number(/-(\d+)$/.exec(name)?.[1] ?? 0);
    definitions.push({ pipeline: 'mini', name, kind, iteration, needs, params });
    return { stage: name, manifest: manifest() };
  }

  const evaluate = (name: string, policy: string, valid: boolean[]) =>
    make(name, 'eval-bfcl', { policy: [policy] }, {}, async (out) => {
      await out.parquet(
        'cases',
        { id: 'utf8', category: 'utf8', valid: 'bool' },
        valid.map((v, i) => ({ id: `${i}`, category: 'simple', valid: v })),
      );
      const correct = valid.filter(Boolean).length;
      const seen = { correct, total: valid.length };
      out.json('scores', {
        families: { simple: { seen } },
        too_long: name === 'eval-1' ? 1 : 0,
        error_classes: { parameter_value: valid.length - correct },
      });
    });

  async function pipeline(): Promise<InputRole[]> {
    const ingest = await make('ingest', 'ingest', {}, { rows: 3 }, (out) => {
      out.table('dropped', { source: 'utf8', reason: 'utf8', count: 'int32' }, [
        { source: 's', reason: 'duplicate', count: 7 },
      ]);
      out.json('categories', [{ category: 'simple', family: 'simple', split: 'seen', rows: 4 }]);
    });
    const tier = await make('tier', 'tier', { rows: ['ingest'] }, {}, (out) =>
      out.table('tiers', { row_id: 'utf8', tier: 'utf8' }, [
        { row_id: 'a', tier: 'easy' },
        { row_id: 'b', tier: 'hard' },
        { row_id: 'c', tier: 'hard' },
      ]),
    );
    const sft = await make('sft', 'sft', { rows: ['ingest'] }, { tier: 'hard', learning_rate: 0.5 }, (out) => {
      out.table(
        'metrics',
        {
          phase: 'utf8',
          epoch: 'float64',
          global_step: 'int32',
          loss: 'float64',
          learning_rate: 'float64?',
          grad_norm: 'float64?',
          tokens: 'int32?',
        },
        [{ phase: 'train', epoch: 1, global_step: 1, loss: 0.25, learning_rate: 0.5, grad_norm: 1, tokens: 10 }],
      );
      out.json('ledger', {
        ...{ tokens: 1234, flops: 5e6, updates: 3 },
        dropped: [
          { id: 'a', reason: 'too_long', length: 9 },
          { id: 'b', reason: 'no_target', length: 1 },
          { id: 'c', reason: 'too_long', length: 8 },
        ],
      });
    });
    const rank = await make('rank-1', 'rank', { policy: ['sft'] }, {}, (out) =>
      out.table('ranked', { row_id: 'utf8', perplexity: 'float64?', selected: 'bool' }, [
        { row_id: 'a', perplexity: 1.5, selected: true },
        { row_id: 'b', perplexity: null, selected: false },
      ]),
    );
    const mine = await make('mine-1', 'mine', { ranked: ['rank-1'] }, {}, (out) => {
      out.table('prompts', { tree_id: 'utf8', row_id: 'utf8', prompt: 'utf8', target: 'utf8' }, [
        { tree_id: 't1', row_id: 'a', prompt: 'first', target: '[f()]' },
        { tree_id: 't2', row_id: 'a', prompt: 'second prompt', target: '[g()]' },
      ]);
      const node = (tree_id: string, node_id: number, text: string, q_value: number) => ({
        ...{ tree_id, node_id, text, q_value, parent_id: node_id === 0 ? -1 : 0, depth: node_id === 0 ? 0 : 1 },
        ...{ child_index: Math.max(0, node_id - 1), p: 0.5, visit_count: 1, terminal: node_id > 0 },
      });
      const ints = {
        node_id: 'int32',
        parent_id: 'int32',
        depth: 'int32',
        child_index: 'int32',
        visit_count: 'int32',
      } as const;
      const columns = {
        tree_id: 'utf8',
        text: 'utf8',
        p: 'float64',
        q_value: 'float64',
        terminal: 'bool',
        ...ints,
      } as const;
      const tree = (id: string) => [
        node(id, 0, '', 0),
        node(id, 1, `[${id}_good()]`, 1),
        node(id, 2, `[${id}_bad()]`, -1),
      ];
      out.table('nodes', columns, [...tree('t1'), ...tree('t2')]);
    });
    const filter = await make('filter-1', 'filter', { trees: ['mine-1'] }, {}, (out) => {
      const text = { tree_id: 'utf8', row_id: 'utf8', class: 'utf8', fold: 'utf8' } as const;
      const ints = { parent_id: 'int32', chosen_id: 'int32', rejected_id: 'int32' } as const;
      const pair = { row_id: 'a', class: 'call', fold: 'train', parent_id: 0, chosen_id: 1, rejected_id: 2 };
      out.table('pairs_arrow', { ...text, ...ints, q_chosen: 'float64', q_rejected: 'float64' }, [
        { ...pair, tree_id: 't1', q_chosen: 1, q_rejected: 0.5 },
        { ...pair, tree_id: 't2', q_chosen: 1, q_rejected: -1 },
      ]);
      out.table('reasons', { reason: 'utf8', count: 'int32' }, [{ reason: 'gap', count: 5 }]);
    });
    const evals = [
      await evaluate('eval-base', 'sft', [false, false, false, false]),
      await evaluate('eval-sft', 'sft', [true, true, false, false]),
      await evaluate('eval-1', 'filter-1', [true, false, true, true]),
    ];
    const one = (role: string, input: InputRole['stages'][number]): InputRole => ({
      role,
      list: false,
      stages: [input],
    });
    const list = (role: string, stages: InputRole['stages']): InputRole => ({ role, list: true, stages });
    return [
      one('ingest', ingest),
      one('tier', tier),
      list('sft', [sft]),
      list('rank', [rank]),
      list('mine', [mine]),
      list('filter', [filter]),
      list('evals', evals),
    ];
  }

  async function run(roles: InputRole[]) {
    const collected = collectOutputs(store());
    const progress = () => ({ tick: () => {}, finish: () => {} });
    const params = { title: 'A small run', labels: {} };
    const needs = Object.fromEntries(roles.map(({ role, stages }) => [role, stages.map((s) => s.stage)]));
    await stage.run({
      params,
      iteration: 0,
      definitions: [...definitions, { pipeline: 'mini', name: 'page', kind: 'report', iteration: 0, needs, params }],
      inputs: makeInputs(store(), roles),
      out: collected.outputs,
      progress,
      log: () => {},
      scratch: workspace,
      workspace,
    });
    const manifest = collected.manifest();
    const text = (name: string) => Buffer.from(readBlob(store(), manifest.outputs[name]!.sha256)).toString('utf8');
    return { manifest, text };
  }

  it('puts what the stages made into one report, the same each time', async () => {
    const roles = await pipeline();
    const { manifest, text } = await run(roles);
    expect(Object.keys(manifest.outputs).sort()).toEqual(['report.html', 'report.json', 'report.md']);
    const facts = JSON.parse(text('report.json'));
    expect(facts.tiers).toEqual([
      { tier: 'easy', rows: 1 },
      { tier: 'medium', rows: 0 },
      { tier: 'hard', rows: 2 },
    ]);
    expect(facts.dropped).toEqual([
      { source: 's', reason: 'duplicate', count: 7 },
      { source: 'sft', reason: 'no target', count: 1 },
      { source: 'sft', reason: 'too long', count: 2 },
      { source: 'eval-1', reason: 'prompt too long, counted as no answer', count: 1 },
    ]);
    expect(facts.scores.models).toEqual(['base', 'SFT', 'iteration 1']);
    expect(facts.comparisons.map((c: { gained: number; lost: number }) => [c.gained, c.lost])).toEqual([
      [2, 0],
      [2, 1],
    ]);
    expect(facts.tree).toMatchObject({ tree_id: 't2', prompt: 'second prompt', iteration: 1 });
    expect(facts.pairs).toEqual([
      {
        stage: 'filter-1',
        iteration: 1,
        reasons: [{ reason: 'gap', count: 5 }],
        folds: [{ fold: 'train', class: 'call', count: 2 }],
      },
    ]);
    expect(text('report.html')).toContain('[t2_good()]');
    expect((await run(roles)).manifest).toEqual(manifest);
  });

  it('shows stages as they are defined, with the work that their ledgers state', async () => {
    const { text } = await run(await pipeline());
    const facts = JSON.parse(text('report.json'));
    expect(facts.pipeline).toBe('mini');
    const bySft = facts.stages.find((s: { name: string }) => s.name === 'sft');
    expect(bySft).toMatchObject({ params: { learning_rate: 0.5 }, amounts: { tokens: 1234, flops: 5e6 } });
    expect(bySft.amounts).not.toHaveProperty('updates');
    const iterations = facts.stages.map((s: { name: string; iteration: number | null }) => [s.name, s.iteration]);
    expect(iterations).toContainEqual(['rank-1', 1]);
    expect(iterations).toContainEqual(['eval-sft', null]);
    expect(iterations.at(-1)).toEqual(['page', null]);
    expect(text('report.json')).not.toContain(workspace);
  });
});
