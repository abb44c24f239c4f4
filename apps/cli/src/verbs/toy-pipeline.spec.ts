import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeToyWorkspace, type ToyWorkspace } from '../../../../tools/nx-itool/testdata/toy-workspace.ts';

const HERE = join(__dirname, '..', '..', '..', '..');

// Plan against the real runner and the real Nx, so that what the plan takes for unchanged is what they take for unchanged.
describe('verbs on a pipeline that has run', () => {
  let toy: ToyWorkspace;
  beforeAll(async () => {
    toy = makeToyWorkspace();
    const run = await toy.run();
    if (run.code !== 0) throw new Error(run.output);
  }, 60_000);
  afterAll(() => toy.remove());

  /** A verb in a process of its own, with the toy workspace in the place of the checkout. */
  function call(file: string, verb: string, ...args: (string | string[])[]) {
    const script = `
      require(${JSON.stringify(join(HERE, 'apps/cli/src/verbs', file))})[${JSON.stringify(verb)}](
        { workspace: process.cwd(), out: (t) => process.stdout.write(t), err: () => {}, exit: () => {} },
        ...${JSON.stringify(args)}, { json: true, nx_options: [] },
      )`;
    const register = join(HERE, 'tools/register/register.cjs');
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--require', register, '--eval', script], {
      ...{ cwd: toy.root, env: toy.env, encoding: 'utf8' },
    });
    if (status !== 0) throw new Error(stderr);
    return JSON.parse(stdout);
  }

  const plan = (): Record<string, string> => {
    const { stages } = call('plan.ts', 'planVerb', 'toy');
    return Object.fromEntries(
      stages.map((s: { stage: string; action: string; reasons: string[] }) => [
        s.stage,
        [s.action, ...s.reasons].join(': '),
      ]),
    );
  };
  const CHECK = 'check: looks at its outside files in every run';
  const UNCHANGED = {
    files: CHECK,
    words: 'hit',
    count: 'hit',
    'step-1': 'hit',
    'step-2': 'hit',
    'step-3': 'hit',
    report: 'hit',
  };
  const PIPELINE = 'pipelines/toy/pipeline.json';

  it('finds everything up to date', () => {
    expect(plan()).toEqual(UNCHANGED);
    const status = call('status.ts', 'statusVerb', 'toy');
    expect(status.stages.map((s: { outcome: string }) => s.outcome)).toEqual(Array(7).fill('ran'));
    expect(call('report.ts', 'reportVerb', 'toy').path).toBe(join(toy.root, '.itool/reports/toy/report/report.html'));
  }, 60_000);

  it('names the changed parameter, the edited lib, and lost bytes', () => {
    toy.edit(PIPELINE, '"factor": 5', '"factor": 7');
    expect(plan()).toEqual({
      ...UNCHANGED,
      'step-2': 'run: param factor 5 -> 7',
      'step-3': 'may run: reads step-2; hit if those bytes stay the same',
      report: 'run: shows step-2: param factor 5 -> 7',
    });
    toy.edit(PIPELINE, '"factor": 7', '"factor": 5');
    toy.write('libs/toy-text/src/split-words.ts', `${toy.read('libs/toy-text/src/split-words.ts')}// a comment\n`);
    expect(plan()['words']).toBe('run: code changed: libs/toy-text/src/split-words.ts');
    toy.write(
      'libs/toy-text/src/split-words.ts',
      toy.read('libs/toy-text/src/split-words.ts').replace('// a comment\n', ''),
    );
    expect(plan()).toEqual(UNCHANGED);
    const lost = toy.blobs().find((path) => toy.manifest('step-3').includes(path.slice(-64)))!;
    rmSync(lost);
    expect(plan()['step-3']).toMatch(/^run: \d of its outputs are missing from the store$/);
  }, 60_000);

  it('explains what a run has done and who made what it took', async () => {
    const text = (cause: { text: string }): string => cause.text.replace(/ [0-9a-f]{12} -> [0-9a-f]{12}/, '');
    const explain = (stage: string) => {
      const { outcome, causes, roots, maker } = call('explain.ts', 'explainVerb', `toy.${stage}`);
      const further = roots.map((root: { stage: string; causes: { text: string }[] }) => [
        root.stage,
        root.causes.map(text),
      ]);
      return { outcome, causes: causes.map(text), roots: further, by: maker?.run ?? null };
    };
    toy.edit(PIPELINE, '"factor": 5', '"factor": 7');
    toy.write('libs/toy-text/src/split-words.ts', `${toy.read('libs/toy-text/src/split-words.ts')}// a comment\n`);
    writeFileSync(join(toy.env['TOY_DATA']!, 'text.txt'), 'one fish two fish red fish blue fishy a b c\n');
    expect((await toy.run()).code).toBe(0);
    expect(explain('step-2').causes).toContain('param factor 5 -> 7');
    expect(explain('words').causes).toEqual([
      'source libs/toy-text/src/split-words.ts',
      'input files: files gave other bytes: text',
    ]);
    expect(explain('count').roots).toEqual([
      ['toy.words', ['source libs/toy-text/src/split-words.ts']],
      ['toy.files', ['file text']],
    ]);
    const { run } = call('explain.ts', 'explainVerb', 'toy.words');
    toy.edit(PIPELINE, '"bonus": 0', '"bonus"  :\n0');
    expect((await toy.run()).code).toBe(0);
    expect(explain('report')).toEqual({ outcome: 'hit', causes: [], roots: [], by: run });
    expect(
      call('diff.ts', 'diffVerb', 'toy', []).stages.filter((s: { state: string }) => s.state === 'changed').length,
    ).toBeGreaterThan(3);
    expect(call('verify.ts', 'verifyVerb', 'toy').findings).toEqual([]);
    toy.edit(PIPELINE, '"factor": 7', '"factor": 5');
    expect((await toy.run()).code).toBe(0);
  }, 240_000);

  it('shows no earlier run for one that Nx refuses', () => {
    toy.edit(PIPELINE, '"factor": 5', '"faktor": 5');
    expect(call('run.ts', 'runVerb', 'toy')).toEqual({ pipeline: 'toy', exit_code: 1, report: null });
    toy.edit(PIPELINE, '"faktor": 5', '"factor": 5');
  }, 60_000);

  it('makes a stage again so that Nx keeps the new result', async () => {
    expect(call('repair.ts', 'repairVerb', 'toy.step-3')).toEqual({ pipeline: 'toy', stage: 'step-3', repaired: true });
    expect(plan()).toEqual(UNCHANGED);
    const { code, tasks } = await toy.run();
    expect(code).toBe(0);
    expect(tasks['step-3']).toBe('success');
    expect(tasks['step-2']).toContain('cache');
  }, 60_000);
});
