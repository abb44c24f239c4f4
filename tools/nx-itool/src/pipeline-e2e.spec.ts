import { appendFileSync, chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  compareManifests,
  copyForPipelines,
  killDuring,
  manifestsOf,
  mergeInto,
  stagesThatRan,
  type WorkspaceCopy,
} from '../../soak/src/index.ts';

const PIPELINE = 'pipelines/smoke/pipeline.json';

// The smoke pipeline in a copy of the workspace: a sample of what `npm run soak` does. The cases build on each other.
describe('a pipeline with real stages', () => {
  let copy: WorkspaceCopy;
  let manifests: Map<string, string>;

  beforeAll(() => {
    copy = copyForPipelines();
    copy.env['ITOOL_THREADS'] = '1';
  });
  afterAll(() => copy.remove());

  const run = async () => {
    const ended = await copy.run('smoke');
    return { ...ended, ran: stagesThatRan(copy, 'smoke', ended) };
  };
  const blobsOf = (stage: string) =>
    copy.blobs().filter((path) => copy.manifest('smoke', stage).includes(basename(path)));

  it('runs every stage once and says where the report is', async () => {
    const { ran, output } = await run();
    expect(ran).toBe('everything');
    expect(output).toContain('report: .itool/reports/smoke/report/report.html');
    manifests = manifestsOf(copy, 'smoke');
    expect((await run()).ran).toBe('nothing');
  }, 120_000);

  it('refuses a misspelt parameter instead of taking a stage from the cache', async () => {
    const right = copy.read(PIPELINE);
    mergeInto(copy, PIPELINE, { iteration: { overrides: { 1: { optimize: { loss: { betta: 1 } } } } } });
    const { code, output, tasks } = await copy.run('smoke');
    copy.write(PIPELINE, right);
    expect([code, tasks]).toEqual([1, {}]);
    expect(output).toContain(`${PIPELINE}: iteration.overrides.1.optimize.loss.betta: unknown key: "betta"`);
  }, 60_000);

  it('makes a damaged blob again', async () => {
    const [blob] = blobsOf('mine-1');
    const bytes = readFileSync(blob!);
    chmodSync(blob!, 0o644);
    writeFileSync(blob!, bytes.subarray(1));
    const { ran, output } = await run();
    expect(ran).toBe('nothing');
    expect(output).toContain('made again from lost or damaged bytes: mine-1');
    expect(readFileSync(blob!).equals(bytes)).toBe(true);
  }, 60_000);

  it('runs a killed stage again, and nothing below it when its bytes are the same', async () => {
    appendFileSync(join(copy.root, 'libs/mcts/src/puct.ts'), '// a comment\n');
    for (const blob of blobsOf('mine-1')) rmSync(blob);
    const { made } = await killDuring(copy, {
      ...{ pipeline: 'smoke', stage: 'mine-1', whom: 'everything' },
      when: (ms) => ms > 200,
    });
    expect(made).toBe(false);
    expect((await run()).ran).toBe('mine-1');
    expect(compareManifests(manifests, manifestsOf(copy, 'smoke'))).toBe('same bytes');
  }, 120_000);

  it('runs what a parameter of one iteration reaches', async () => {
    mergeInto(copy, PIPELINE, { iteration: { overrides: { 1: { optimize: { loss: { beta: 2 } } } } } });
    expect((await run()).ran).toBe('optimize-1, eval-1, api-bank-1, report');
  }, 60_000);
});
