import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openStore } from '@itool/artifact';
import { z } from 'zod';
import type { StageContext, StageDefinition } from '../stage-definition.ts';
import { openRunner, type Runner } from './open-runner.ts';
import { runStage } from './run-stage.ts';
import { verifyRun } from './verify-run.ts';

type Params = { text?: string };
type Run = (context: StageContext<Params>) => void;

describe('runner', () => {
  let root: string;
  let log: string[];
  let runs: string[];
  let loaded: string[];
  let doubling: Run;

  const write = (path: string, content: unknown) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
  };
  const pipeline = (name: string, text: string) =>
    write(`pipelines/${name}/pipeline.json`, {
      name,
      stages: {
        first: { kind: 'say', params: { text } },
        second: { kind: 'double', needs: { source: 'first' } },
        page: { kind: 'report', needs: { source: 'second' } },
      },
    });
  const open = (name = 'p'): Runner => {
    const stage = (kind: string, run: Run): StageDefinition<unknown> => ({
      kind,
      params: z.strictObject({ text: z.string().optional() }),
      run: (context) => {
        runs.push(kind);
        run(context as StageContext<Params>);
      },
    });
    const stages = [
      stage('say', ({ params, out }) => out.text('said', (params.text ?? '').trim())),
      stage('double', (context) => doubling(context)),
      stage('report', ({ inputs, out }) => out.text('report.html', `<p>${inputs.text('source', 'said')}</p>`, 'html')),
      stage('show', ({ definitions, out }) => out.json('shown', definitions)),
    ];
    return {
      ...openRunner(root, name, openStore(join(root, 'store'))),
      loadKind: (kind) => ({
        paramsSchema: stages.find((s) => s.kind === kind)!.params,
        readsDefinitions: kind === 'show',
      }),
      loadStage: async (kind) => {
        loaded.push(kind);
        return stages.find((s) => s.kind === kind)!;
      },
      write: (text) => log.push(text),
    };
  };
  const runAll = async (name = 'p') => {
    runs = [];
    const outcomes: string[] = [];
    for (const stage of ['first', 'second', 'page']) outcomes.push(await runStage(open(name), stage));
    return outcomes;
  };
  const artifact = (stage: string, file = 'manifest') => join(root, '.itool/artifacts/p', stage, `${file}.json`);
  const loseBlobs = () => rmSync(join(root, 'store', 'sha256'), { recursive: true });

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'itool-runner-'));
    log = [];
    runs = [];
    loaded = [];
    doubling = ({ inputs, out }) => out.text('said', inputs.text('source', 'said').repeat(2));
    for (const kind of ['say', 'double', 'report', 'show']) {
      write(`libs/stages/${kind}/package.json`, { name: `@itool/stage-${kind}`, dependencies: { zod: '4.6.7' } });
      write(`libs/stages/${kind}/src/index.ts`, `// ${kind}\n`);
    }
    pipeline('p', 'ab');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('runs once, then finds nothing to do', async () => {
    expect(await runAll()).toEqual(['ran', 'ran', 'ran']);
    expect(await runAll()).toEqual(['unchanged', 'unchanged', 'unchanged']);
    expect(runs).toEqual([]);
    const provenance = JSON.parse(readFileSync(artifact('second', 'provenance'), 'utf8')) as Record<string, unknown>;
    expect(provenance).toMatchObject({
      kind: 'double',
      params: {},
      externals: { zod: '4.6.7' },
      inputs: { source: [{ stage: 'first' }] },
    });
    expect(readFileSync(artifact('second', 'provenance'), 'utf8')).not.toContain(root);
    expect(readdirSync(join(root, '.itool/scratch'))).toEqual([]);
  });

  it('notices parameters, code and inputs, but not tests', async () => {
    await runAll();
    pipeline('p', 'cd');
    expect(await runAll()).toEqual(['ran', 'ran', 'ran']);
    write('libs/stages/say/src/index.ts', '// say, with another comment\n');
    expect(await runAll()).toEqual(['ran', 'unchanged', 'unchanged']);
    write('libs/stages/say/src/index.spec.ts', '// test\n');
    write('libs/stages/say/README.md', 'text\n');
    expect(await runAll()).toEqual(['unchanged', 'unchanged', 'unchanged']);
  });

  it('loads the code of a stage only when it has to compute', async () => {
    await runAll();
    loaded = [];
    expect(await runAll()).toEqual(['unchanged', 'unchanged', 'unchanged']);
    expect(loaded).toEqual([]);
  });

  it('gives definitions to kinds that read them, and runs these when one has changed', async () => {
    const show = (pipelineName: string, text: string, aside = 'x') =>
      write(`pipelines/${pipelineName}/pipeline.json`, {
        name: pipelineName,
        stages: {
          shown: { kind: 'show', needs: { source: ['second'] } },
          first: { kind: 'say', params: { text } },
          second: { kind: 'double', needs: { source: 'first' } },
          aside: { kind: 'say', params: { text: aside } },
        },
      });
    const runShow = async (pipelineName = 'p') => {
      const outcomes: string[] = [];
      for (const stage of ['first', 'second', 'shown']) outcomes.push(await runStage(open(pipelineName), stage));
      return outcomes;
    };
    const shown = () => {
      const { outputs } = JSON.parse(readFileSync(artifact('shown'), 'utf8')) as {
        outputs: { shown: { sha256: string } };
      };
      const { sha256 } = outputs.shown;
      return readFileSync(join(root, 'store', 'sha256', sha256.slice(0, 2), sha256), 'utf8');
    };
    show('p', 'ab');
    expect(await runShow()).toEqual(['ran', 'ran', 'ran']);
    expect(JSON.parse(shown())).toEqual([
      { pipeline: 'p', name: 'first', kind: 'say', iteration: 0, needs: {}, params: { text: 'ab' } },
      { pipeline: 'p', name: 'second', kind: 'double', iteration: 0, needs: { source: ['first'] }, params: {} },
      { pipeline: 'p', name: 'shown', kind: 'show', iteration: 0, needs: { source: ['second'] }, params: {} },
    ]);
    // 'say' trims its text, so that no byte of any input changes
    show('p', ' ab');
    expect(await runShow()).toEqual(['ran', 'unchanged', 'ran']);
    expect(shown()).toContain('{"text":" ab"}');
    show('p', ' ab', 'not upstream');
    expect(await runShow()).toEqual(['unchanged', 'unchanged', 'unchanged']);
    // Definitions name their pipeline, so that only the other kinds are shared.
    show('q', ' ab');
    expect(await runShow('q')).toEqual(['shared', 'shared', 'ran']);
    show('p', 'ab');
    expect(await runShow()).toEqual(['shared', 'unchanged', 'shared']);
    expect(shown()).toContain('{"text":"ab"}');
  });

  it('shares equal work between pipelines and with the past', async () => {
    await runAll();
    pipeline('q', 'ab');
    expect(await runAll('q')).toEqual(['shared', 'shared', 'shared']);
    expect(readFileSync(join(root, '.itool/artifacts/q/second/manifest.json'), 'utf8')).toBe(
      readFileSync(artifact('second'), 'utf8'),
    );
    pipeline('p', 'cd');
    await runAll();
    pipeline('p', 'ab');
    expect(await runAll()).toEqual(['shared', 'shared', 'shared']);
    expect(await runStage(open(), 'first', true)).toBe('ran');
  });

  it('replaces a shared result whose bytes are lost', async () => {
    await runAll();
    loseBlobs();
    rmSync(join(root, '.itool/artifacts'), { recursive: true });
    doubling = ({ out }) => out.text('said', 'other');
    expect(await runAll()).toEqual(['ran', 'ran', 'ran']);
    rmSync(join(root, '.itool/artifacts'), { recursive: true });
    expect(await runAll()).toEqual(['shared', 'shared', 'shared']);
  });

  it('computes once when two processes ask at the same time', async () => {
    await runStage(open(), 'first');
    runs = [];
    const outcomes = await Promise.all([runStage(open(), 'second'), runStage(open(), 'second')]);
    expect(outcomes.sort()).toEqual(['ran', 'unchanged']);
    expect(runs).toEqual(['double']);
  });

  it('leaves no manifest behind when a stage fails, and gives its scratch folder to the next try', async () => {
    await runAll();
    pipeline('p', 'cd');
    doubling = ({ scratch }) => {
      writeFileSync(join(scratch, 'half'), 'half');
      throw new Error('broke');
    };
    await runStage(open(), 'first');
    await expect(runStage(open(), 'second')).rejects.toThrow('broke');
    expect(existsSync(artifact('second'))).toBe(false);
    await expect(runStage(open(), 'page')).rejects.toThrow('stage: has no result yet: p.second');
    let found = '';
    doubling = ({ scratch, out }) => {
      found = readFileSync(join(scratch, 'half'), 'utf8');
      out.text('said', 'cdcd');
    };
    expect(await runStage(open(), 'second')).toBe('ran');
    expect(found).toBe('half');
  });

  it('makes lost bytes of producers again before it runs', async () => {
    await runAll();
    loseBlobs();
    write('libs/stages/report/src/index.ts', '// changed\n');
    runs = [];
    expect(await runStage(open(), 'page')).toBe('ran');
    expect(runs).toEqual(['say', 'double', 'report']);
  });

  it('checks a whole run and lays the report out', async () => {
    await runAll();
    loseBlobs();
    const { outputs, healed, reports } = await verifyRun(open());
    expect([outputs, healed]).toEqual([3, ['first', 'second', 'page']]);
    expect(reports).toEqual(['.itool/reports/p/page/report.html']);
    expect(readFileSync(join(root, reports[0]!), 'utf8')).toBe('<p>abab</p>');
    expect((await verifyRun(open())).healed).toEqual([]);
  });

  it('does not accept other bytes when it makes them again', async () => {
    await runAll();
    loseBlobs();
    doubling = ({ out }) => out.text('said', 'other');
    await expect(verifyRun(open())).rejects.toMatchObject({
      code: 'not_reproducible',
      message: 'stage: running p.second again gave other bytes than its manifest says: said',
      hint: expect.stringContaining('itool repair p second'),
    });
  });

  it('does not make lost bytes from another definition', async () => {
    await runAll();
    loseBlobs();
    pipeline('p', 'cd');
    await expect(verifyRun(open())).rejects.toMatchObject({
      code: 'not_reproducible',
      message: expect.stringContaining('outputs of p.first are lost'),
      hint: expect.stringContaining('nx run p.first:run'),
    });
    expect(await runAll()).toEqual(['ran', 'ran', 'ran']);
  });

  it('names the parameter that is wrong', async () => {
    write('pipelines/p/pipeline.json', { name: 'p', stages: { first: { kind: 'say', params: { txt: 'x' } } } });
    await expect(runStage(open(), 'first')).rejects.toThrow(
      'pipelines/p/pipeline.json: stages.first.params.txt: unknown key: "txt" (valid: text)',
    );
  });
});
