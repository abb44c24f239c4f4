import type { RunRecord } from '@itool/ledger';
import { lastRun, summarizeRun } from './summarize-run.ts';

const record = (id: string, start: number, tasks: RunRecord['tasks']): RunRecord => ({ id, start, tasks });

describe('lastRun', () => {
  it('takes the first record with a task of the pipeline', () => {
    const records = [
      record('3', 3, { 'other.split:run': { status: 'success' } }),
      record('2', 2, { 'itool.split:run': { status: 'success' } }),
      record('1', 1, { 'itool.split:run': { status: 'success' } }),
    ];
    expect(lastRun(records, 'itool')?.id).toBe('2');
    expect(lastRun(records, 'ito')).toBeUndefined();
  });
});

describe('summarizeRun', () => {
  const run = {
    ...record('7', 1000, {
      'itool.split:run': { status: 'local-cache', duration_ms: 3 },
      'itool.tier:run': { status: 'local-cache-kept-existing', duration_ms: 1 },
      'itool.rank-1:run': { status: 'remote-cache', duration_ms: 9 },
      'itool.mine-1:run': { status: 'success', duration_ms: 2500 },
      'itool.filter-1:run': { status: 'failure', duration_ms: 40 },
      'itool.optimize-1:run': { status: 'skipped' },
    }),
    end: 4200,
  };
  const stages = ['split', 'tier', 'rank-1', 'mine-1', 'filter-1', 'optimize-1', 'report'];
  const summary = summarizeRun(run, 'itool', stages, new Map([['mine-1', 512]]));

  it('says what became of every stage', () => {
    expect(summary.stages.map((stage) => stage.outcome)).toEqual([
      'hit',
      'hit',
      'hit',
      'ran',
      'failed',
      'skipped',
      'not reached',
    ]);
    expect(summary.stages[3]).toEqual({ stage: 'mine-1', outcome: 'ran', duration_ms: 2500, bytes: 512 });
    expect(summary).toMatchObject({ id: '7', commit: null, duration_ms: 3200 });
  });

  it('has no duration while the run goes on', () => {
    expect(summarizeRun(record('8', 1, {}), 'itool', [], new Map()).duration_ms).toBeNull();
  });
});
