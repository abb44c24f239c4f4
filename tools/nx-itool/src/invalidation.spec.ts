import { appendFileSync, chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { finished, makeToyWorkspace, type Run, type ToyWorkspace } from '../testdata/toy-workspace.ts';

const PIPELINE = 'pipelines/toy/pipeline.json';

// Real Nx in a copy of the workspace. The cases build on each other, since a call of nx costs seconds; each leaves everything up to date.
describe('what runs again', () => {
  let toy: ToyWorkspace;

  beforeAll(() => {
    toy = makeToyWorkspace();
  });
  afterAll(() => toy.remove());

  /** Stages that Nx did not find in its cache; the import always runs. */
  const ran = ({ code, output, tasks }: Run): string[] => {
    if (code !== 0) throw new Error(output);
    return Object.keys(tasks)
      .filter((id) => tasks[id] === 'success' && id !== 'files' && id !== 'toy')
      .sort();
  };

  it('runs everything once and says where the report is', async () => {
    const run = await toy.run();
    expect(ran(run)).toEqual(['count', 'report', 'step-1', 'step-2', 'step-3', 'words']);
    expect(run.output).toContain('report: .itool/reports/toy/report/report.html');
    // 31 letters in words of three or more, then times 2, 5, 2
    expect(toy.read('.itool/reports/toy/report/report.html')).toBe('<p>step-1 58, step-2 290, step-3 580</p>\n');
  }, 120_000);

  it('runs nothing after changes of white space, Markdown and tests', async () => {
    toy.edit(PIPELINE, '"bonus": 0', '"bonus"  :\n0');
    appendFileSync(join(toy.root, 'libs/toy-text/README.md'), 'more\n');
    appendFileSync(join(toy.root, 'libs/toy-text/src/split-words.spec.ts'), '// more\n');
    expect(ran(await toy.run())).toEqual([]);
  }, 120_000);

  it('runs a stage with a changed parameter and what depends on it', async () => {
    toy.edit(PIPELINE, /"bonus"\s*:\s*0/, '"bonus": 1');
    expect(ran(await toy.run())).toEqual(['count', 'report', 'step-1', 'step-2', 'step-3']);
  }, 120_000);

  it('shows a changed parameter that alters no byte, and runs nothing in between', async () => {
    const shown = () =>
      JSON.parse(toy.read('.itool/reports/toy/report/definitions')) as { name: string; params: object }[];
    toy.edit(PIPELINE, '"min_length": 3', '"min_length": 2');
    expect(ran(await toy.run())).toEqual(['report', 'words']);
    expect(shown().find(({ name }) => name === 'words')?.params).toEqual({ min_length: 2 });
    toy.edit('libs/stages/toy-count/src/params.ts', 'z.strictObject({', 'z.strictObject({ more: z.int().default(5),');
    expect(ran(await toy.run())).toEqual(['count', 'report']);
    expect(shown().find(({ name }) => name === 'count')?.params).toEqual({ bonus: 1, more: 5 });
  }, 120_000);

  it('runs an overridden iteration and those after it', async () => {
    toy.edit(PIPELINE, '"factor": 5', '"factor": 7');
    expect(ran(await toy.run())).toEqual(['report', 'step-2', 'step-3']);
  }, 120_000);

  it('runs only what is new when an iteration is added; a comment in a lib runs its users and stops there', async () => {
    toy.edit(PIPELINE, '"count": 3', '"count": 4');
    appendFileSync(join(toy.root, 'libs/toy-text/src/split-words.ts'), '// a comment\n');
    expect(ran(await toy.run())).toEqual(['report', 'step-4', 'words']);
  }, 120_000);

  it('runs the readers of an imported file after a change of one byte', async () => {
    writeFileSync(join(toy.env['TOY_DATA']!, 'text.txt'), 'one fish two fish red fish blue fishy a b c\n');
    expect(ran(await toy.run())).toEqual(['count', 'report', 'step-1', 'step-2', 'step-3', 'step-4', 'words']);
  }, 120_000);

  it('makes lost and damaged bytes again, the same ones', async () => {
    const before = toy.blobs().filter((path) => existsSync(path));
    const used = before.filter((path) => toy.manifest('step-2').includes(path.slice(-64)));
    expect(used.length).toBe(2);
    chmodSync(used[0]!, 0o644);
    writeFileSync(used[0]!, 'damaged');
    const healed = await toy.run();
    expect(ran(healed)).toEqual([]);
    expect(healed.output).toContain('made again from lost or damaged bytes: step-2');

    const manifests = ['words', 'count', 'step-1', 'step-4', 'report'].map(toy.manifest);
    rmSync(toy.store, { recursive: true });
    const rebuilt = await toy.run();
    expect(ran(rebuilt)).toEqual([]);
    expect(['words', 'count', 'step-1', 'step-4', 'report'].map(toy.manifest)).toEqual(manifests);
    expect(used.every((path) => existsSync(path) && readFileSync(path, 'utf8') !== 'damaged')).toBe(true);
  }, 120_000);

  it('completes after a stage was killed', async () => {
    toy.edit(PIPELINE, '"factor": 7', '"factor": 3');
    const pause = join(toy.root, '..', 'pause');
    const nx = toy.start(['toy:run'], { TOY_PAUSE_FILE: pause });
    const ended = finished(nx);
    for (let i = 0; i < 600 && !existsSync(pause); i++) await new Promise((resolve) => setTimeout(resolve, 50));
    process.kill(Number(readFileSync(pause, 'utf8')), 'SIGKILL');
    expect((await ended).code).not.toBe(0);
    expect(existsSync(join(toy.root, '.itool/artifacts/toy/step-2/manifest.json'))).toBe(false);
    expect(ran(await toy.run())).toEqual(['report', 'step-2', 'step-3', 'step-4']);
    // 30 letters and bonus 1, times 2, 3, 2, 2
    expect(toy.read('.itool/reports/toy/report/report.html')).toBe(
      '<p>step-1 62, step-2 186, step-3 372, step-4 744</p>\n',
    );
  }, 120_000);

  it.each([
    [
      'a misspelt parameter',
      '"min_length": 2',
      '"min_lenght": 2',
      'stages.words.params.min_lenght: unknown key: "min_lenght" (valid: min_length)',
    ],
    [
      'a misspelt stage in overrides',
      '"step": { "factor": 3',
      '"stepp": { "factor": 3',
      'iteration.overrides.2: unknown stage: "stepp" (valid: step)',
    ],
    ['broken JSON', '"count": 4,', '"count": 4,,', `${PIPELINE}:10:16: expected a key in double quotes, found ","`],
  ])(
    'refuses %s with one clear error',
    async (_, from, to, message) => {
      toy.edit(PIPELINE, from, to);
      const run = await toy.run();
      toy.edit(PIPELINE, to, from);
      expect(run.code).not.toBe(0);
      expect(run.output.split(message).length - 1).toBe(1);
      expect(run.output).not.toContain('    at ');
    },
    60_000,
  );
});
