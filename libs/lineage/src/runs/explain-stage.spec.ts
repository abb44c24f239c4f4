import { putObject, readLedger } from '@itool/ledger';
import { type MadeWorkspace, madeWorkspace } from '../../testdata/made-workspace.ts';
import { causeText } from './compare-provenance.ts';
import { diffRuns } from './diff-runs.ts';
import { type Explanation, explainStage } from './explain-stage.ts';
import { runsOf } from './run-history.ts';

describe('runs', () => {
  let made: MadeWorkspace;
  beforeEach(() => {
    made = madeWorkspace();
  });
  afterEach(() => made.remove());

  const explain = (stage: string, run?: string): Explanation | null =>
    explainStage(made.root, readLedger(made.root).entries, `p.${stage}`, run);
  const texts = (stage: string): string[] => explain(stage)!.causes.map(causeText);

  /** Two stages; `train` reads `rows`. */
  const make = (change: { beta?: number; text?: string; code?: string; zod?: string; score?: number } = {}): void => {
    const { beta = 2.5, text = 'rows', code = 'c0'.repeat(32), zod = '1.0.0', score = 1 } = change;
    made.make({
      rows: { kind: 'k', outputs: { table: made.text(text) } },
      train: {
        ...{
          kind: 'k',
          params: { loss: { beta, kind: 'simpo' } },
          inputs: { data: ['rows'] },
          code,
          externals: { zod },
        },
        outputs: { model: made.text('w'), scores: made.text(JSON.stringify({ overall: { correct: score } }), 'json') },
      },
    });
  };
  const RAN = { rows: 'success', train: 'success' };
  const twice = (change: Parameters<typeof make>[0], statuses: Record<string, string> = RAN): void => {
    make();
    made.run('1', RAN);
    make(change);
    made.run('2', statuses);
  };

  it('says that a first result had none before it, and nothing of a stage that no run has reached', () => {
    make();
    made.run('1', RAN);
    expect(explain('train')).toMatchObject({ outcome: 'ran', causes: [], note: 'had no result before this run' });
    expect(explain('eval')).toBeNull();
    expect(explain('train', '9')).toBeNull();
  });

  it('names a parameter with both values', () => {
    twice({ beta: 2 });
    expect(texts('train')).toEqual(['param loss.beta 2.5 -> 2']);
    expect(explain('train')).toMatchObject({ run: '2', commit: 'c2', roots: [] });
  });

  it('names a package', () => {
    twice({ zod: '1.0.1' });
    expect(texts('train')).toEqual(['package zod 1.0.0 -> 1.0.1']);
  });

  it('names the source file, or says that its list is not kept', () => {
    const listing = (digit: string) => `${digit.repeat(64)} libs/a/src/x.ts\n${'f'.repeat(64)} libs/a/src/y.ts\n`;
    twice({ code: putObject(made.root, listing('2')) });
    expect(texts('train')).toEqual([expect.stringMatching(/^code c0c0c0c0c0c0 -> [0-9a-f]{12} \(the list/)]);
    make({ code: putObject(made.root, listing('3')) });
    made.run('3', RAN);
    expect(texts('train')).toEqual(['source libs/a/src/x.ts 222222222222 -> 333333333333']);
  });

  it('names data that has changed, and follows it to what changed it', () => {
    twice({ text: 'other rows' });
    expect(texts('train')).toEqual([
      expect.stringMatching(/^input data: rows gave other bytes: table [0-9a-f]{12} -> [0-9a-f]{12}$/),
    ]);
    const [root] = explain('train')!.roots;
    expect([root!.stage, root!.causes.map(causeText)]).toEqual([
      'p.rows',
      [expect.stringMatching(/^file table [0-9a-f]{12} -> /)],
    ]);
    expect(texts('rows')).toEqual([expect.stringMatching(/^file table /)]);
  });

  it('says who made a hit', () => {
    make();
    made.run('1', RAN);
    made.run('2', { rows: 'local-cache', train: 'local-cache-kept-existing' });
    expect(explain('train')).toMatchObject({ outcome: 'hit', causes: [], maker: { run: '1', commit: 'c1' } });
    expect(explain('train', '1')).toMatchObject({ outcome: 'ran' });
  });

  it('says when it cannot know who made a hit', () => {
    make();
    made.run('1', { rows: 'remote-cache', train: 'remote-cache' });
    expect(explain('train')).toMatchObject({
      outcome: 'hit',
      maker: null,
      note: expect.stringContaining('remote cache'),
    });
  });

  it('says that nothing had changed for a stage that was only asked again', () => {
    twice({});
    expect(explain('train')!.note).toContain('nothing that it computes with had changed');
  });

  it('tells failed from skipped', () => {
    twice({}, { rows: 'failure', train: 'skipped' });
    expect([explain('rows')!.outcome, explain('train')!.outcome]).toEqual(['failed', 'skipped']);
  });

  it('puts two runs side by side', () => {
    twice({ beta: 2, score: 3 });
    const [after, before] = runsOf(readLedger(made.root).entries, 'p');
    const diff = diffRuns(made.root, made.store, 'p', [before!, after!]);
    expect(diff.stages.map(({ stage, state, causes }) => [stage, state, causes.map(causeText)])).toEqual([
      ['p.rows', 'same', []],
      ['p.train', 'changed', ['param loss.beta 2.5 -> 2']],
    ]);
    expect(diff.scores).toEqual([{ stage: 'p.train', score: 'overall.correct', before: 1, after: 3 }]);
    expect(diffRuns(made.root, made.store, 'p', [before!, before!]).scores).toEqual([]);
  });

  it('tells other bytes from other definitions', () => {
    twice({ score: 3 });
    const [after, before] = runsOf(readLedger(made.root).entries, 'p');
    const { stages } = diffRuns(made.root, made.store, 'p', [before!, after!]);
    expect(stages.find(({ stage }) => stage === 'p.train')).toEqual({
      stage: 'p.train',
      state: 'other bytes',
      causes: [],
    });
  });
});
