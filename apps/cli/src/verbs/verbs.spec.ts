import { parseTarget } from '../choose-stage.ts';
import { type Environment, environmentText } from './env.ts';
import { planText } from './plan.ts';
import { hashesOf } from './repair.ts';
import { nxArguments } from './run.ts';
import { outcomeLine, statusText } from './status.ts';

describe('plan', () => {
  it('shows totals and one line per reason', () => {
    const text = planText('itool', [
      { stage: 'import', action: 'check', reasons: ['looks at its outside files in every run'] },
      { stage: 'tier', action: 'hit', reasons: [] },
      { stage: 'optimize-1', action: 'run', reasons: ['param beta 2.5 -> 2', 'code changed'] },
      { stage: 'eval-1', action: 'may run', reasons: ['reads optimize-1; hit if those bytes stay the same'] },
    ]);
    expect(text).toBe(
      [
        'itool: 1 run, 1 may run, 1 hit, 1 check',
        '',
        'check    import      looks at its outside files in every run',
        'hit      tier',
        'run      optimize-1  param beta 2.5 -> 2',
        '                     code changed',
        'may run  eval-1      reads optimize-1; hit if those bytes stay the same',
        '',
      ].join('\n'),
    );
  });
});

describe('plan with many reasons', () => {
  it('shows five and counts the rest', () => {
    const reasons = Array.from({ length: 8 }, (_, i) => `param p${i} 0 -> 1`);
    const text = planText('itool', [{ stage: 's', action: 'run', reasons }]);
    expect(text).toContain('param p4 0 -> 1\n        and 3 more; --json shows all\n');
    expect(text).not.toContain('p5');
  });
});

describe('status', () => {
  const summary = {
    ...{ id: '9', commit: 'a1b2c3d4e5f60718', start: 0, duration_ms: 65_000 },
    stages: [
      { stage: 'tier', outcome: 'hit' as const, duration_ms: 4, bytes: 1500 },
      { stage: 'mine-1', outcome: 'failed' as const, duration_ms: 61_000, bytes: null },
    ],
  };

  it('shows every stage with time and size', () => {
    expect(statusText('itool', summary)).toBe(
      [
        'itool: run 9 of 1970-01-01T00:00:00.000Z took 1 min 05 s, commit a1b2c3d4e5',
        '1 hit, 1 failed',
        '',
        'stage   outcome        time     size',
        'tier    hit          0.00 s  1.50 kB',
        'mine-1  failed   1 min 01 s',
        '',
      ].join('\n'),
    );
    expect(outcomeLine(summary)).toBe('1 hit, 1 failed');
  });
});

describe('run', () => {
  it('streams unless told otherwise and hands options to nx', () => {
    expect(nxArguments('itool', true, ['--parallel=1'])).toEqual([
      'run',
      'itool:run',
      '--outputStyle=stream',
      '--skip-nx-cache',
      '--parallel=1',
    ]);
    expect(nxArguments('itool', false, ['--outputStyle=static'])).toEqual(['run', 'itool:run', '--outputStyle=static']);
  });
});

describe('repair', () => {
  it('reads a stage with or without its pipeline', () => {
    expect(parseTarget('mine-1')).toEqual({ pipeline: undefined, stage: 'mine-1' });
    expect(parseTarget('itool.mine-1')).toEqual({ pipeline: 'itool', stage: 'mine-1' });
  });

  it('collects the hashes of a task and nothing that is a path', () => {
    const run = (hash: string) => ({ id: hash, start: 0, tasks: { 'p.s:run': { status: 'success', hash } } });
    expect(hashesOf([run('12'), run('34'), run('12'), run('../x')], 'p.s:run')).toEqual(['12', '34']);
  });
});

describe('env', () => {
  it('says what serves without a compiler', () => {
    const environment: Environment = {
      ...{
        node: 'v20.0.0',
        platform: 'linux-x64',
        cores: 2,
        memory_bytes: 8e9,
        backend: 'wasm',
        backend_reason: 'auto; native skipped',
      },
      ...{ threads: null, isa: null, tfjs: '4', nx: '24', compiler: null, store: '/s', store_free_bytes: 1e9 },
    };
    const text = environmentText(environment);
    expect(text).toContain('backend   wasm\n          auto; native skipped\n');
    expect(text).toContain('none found: the native backend is not built');
  });
});
