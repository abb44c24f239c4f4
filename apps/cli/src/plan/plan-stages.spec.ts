import type { Provenance } from '@itool/artifact';
import { diffParams } from './diff-params.ts';
import { planStages, type StageState } from './plan-stages.ts';

const digest = (name: string): string => name.padEnd(64, '0');

/** A stage whose result is up to date. */
function upToDate(name: string, ...producers: string[]): StageState {
  const inputs: Provenance['inputs'] =
    producers.length === 0 ? {} : { rows: producers.map((stage) => ({ stage, manifest: digest(stage) })) };
  const recorded: Provenance = {
    ...{ pipeline: 'p', stage: name, kind: 'k', key: digest('k'), code: 'code', externals: { zod: '1.0.0' } },
    ...{ params: { beta: 2.5 }, inputs, manifest: digest(name), facts: {} },
  };
  return {
    ...{
      name,
      kind: 'k',
      iteration: 0,
      cached: true,
      params: { beta: 2.5 },
      code: 'code',
      externals: { zod: '1.0.0' },
      inputs,
    },
    ...{ recorded, missing_outputs: 0, stored: false, changed_files: null, edited_folders: [] },
  };
}

const chain = (): [StageState, StageState, StageState] => [
  upToDate('rank'),
  upToDate('mine', 'rank'),
  upToDate('filter', 'mine'),
];

describe('planStages', () => {
  it('plans nothing when nothing has changed', () => {
    expect(planStages(chain()).map((stage) => stage.action)).toEqual(['hit', 'hit', 'hit']);
  });

  it('runs a stage with a changed parameter; what reads it may run', () => {
    const [rank, mine, filter] = chain();
    const plan = planStages([rank, { ...mine, params: { beta: 2 } }, filter]);
    expect(plan).toEqual([
      { stage: 'rank', action: 'hit', reasons: [] },
      { stage: 'mine', action: 'run', reasons: ['param beta 2.5 -> 2'] },
      { stage: 'filter', action: 'may run', reasons: ['reads mine; hit if those bytes stay the same'] },
    ]);
  });

  it('names code, packages, needs and bytes', () => {
    const [rank, mine, filter] = chain();
    const plan = planStages([
      { ...rank, code: 'other', edited_folders: ['libs/mcts'], externals: { zod: '1.0.1' } },
      { ...mine, inputs: { rows: [{ stage: 'rank', manifest: digest('rank') }], extra: [] }, missing_outputs: 2 },
      { ...filter, inputs: { rows: [{ stage: 'rank', manifest: digest('x') }] } },
    ]);
    expect(plan.map((stage) => stage.reasons)).toEqual([
      ['code changed (edited since the last run: libs/mcts)', 'package zod 1.0.0 -> 1.0.1'],
      ['2 of its outputs are missing from the store'],
      ['needs.rows mine -> rank'],
    ]);
  });

  it('runs a stage whose input has other bytes than it read, unless the producer is about to run', () => {
    const [rank, mine, filter] = chain();
    const changed = { ...mine, inputs: { rows: [{ stage: 'rank', manifest: digest('new') }] } };
    expect(planStages([rank, changed, filter])[1]).toEqual({
      stage: 'mine',
      action: 'run',
      reasons: ['input changed: rank'],
    });
    expect(planStages([{ ...rank, code: 'other' }, changed, filter])[1]?.action).toBe('may run');
  });

  it('runs a stage that shows definitions when one of them has changed', () => {
    const [rank, mine, page] = chain();
    const define = (name: string, beta: number) => ({
      ...{ pipeline: 'p', name, kind: 'k', iteration: 0, needs: {}, params: { beta } },
    });
    const recorded = {
      ...page.recorded!,
      definitions: [define('rank', 2.5), define('mine', 1), define('filter', 2.5)],
    };
    const shown = [define('rank', 2), define('new', 1), define('filter', 3)];
    expect(planStages([rank, mine, { ...page, recorded, definitions: shown }])[2]).toEqual({
      stage: 'filter',
      action: 'run',
      reasons: ['shows rank: param beta 2.5 -> 2', 'shows mine: is gone', 'shows new: is new'],
    });
  });

  it('finds earlier work again', () => {
    const [rank, mine, filter] = chain();
    const plan = planStages([rank, { ...mine, params: { beta: 1 }, stored: true }, filter]);
    expect(plan[1]).toEqual({
      stage: 'mine',
      action: 'hit',
      reasons: ['the same work was done before and is in the store'],
    });
  });

  it('checks outside files every time without taking them for changed', () => {
    const [rank, mine, filter] = chain();
    const plan = planStages([{ ...rank, cached: false }, mine, { ...filter, recorded: null }]);
    expect(plan.map((stage) => stage.action)).toEqual(['check', 'hit', 'run']);
    expect(plan[2]?.reasons).toEqual(['has no result yet']);
  });
});

describe('diffParams', () => {
  it('names nested leaves that were changed, added or removed', () => {
    expect(diffParams({ a: { b: 1, c: [1] }, d: 'x' }, { a: { b: 1, c: [2] }, e: null })).toEqual([
      'param a.c [1] -> [2]',
      'param d "x" -> (none)',
      'param e (none) -> null',
    ]);
  });
});
