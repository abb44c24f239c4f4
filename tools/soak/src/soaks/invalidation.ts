import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Checks } from '../checks.ts';
import { explanationOf } from '../explanation.ts';
import { IMPORTED, readersOfTheFile, writeImportedPipeline } from '../imported-pipeline.ts';
import {
  compareManifests,
  copyForPipelines,
  freshCaches,
  manifestsOf,
  mergeInto,
  nameStages,
  stagesOf,
  stagesThatRan,
} from '../pipeline-copy.ts';
import type { Soak } from '../soak.ts';
import type { WorkspaceCopy } from '../workspace-copy.ts';

const PIPELINE = 'pipelines/smoke/pipeline.json';

type Change = {
  name: string;
  apply: (copy: WorkspaceCopy) => void;
  /** Stages that are to run, of all that the pipeline has after the change. */
  runs: (stages: readonly string[]) => readonly string[];
  /** What `itool explain` is to name for a stage: `<stage that was changed>: <cause>`, as far up as the run reaches. */
  explains?: { stage: string; cause: RegExp };
};

const only =
  (...names: string[]) =>
  () =>
    names;
const onward = (first: string) => (stages: readonly string[]) => stages.slice(stages.indexOf(first));
const comment = (file: string) => (copy: WorkspaceCopy) => appendFileSync(join(copy.root, file), '// a comment\n');
const parameters = (patch: object) => (copy: WorkspaceCopy) => mergeInto(copy, PIPELINE, patch);

/** Ends the search before the small trees of the smoke pipeline are complete, when every order of visits would give the same pairs. */
const INCOMPLETE_TREES = { iteration: { stages: { mine: { params: { iterations: 2, temperature: 1.5 } } } } };

/** Each change is made on top of those before it. */
const CHANGES: readonly Change[] = [
  { name: 'nothing', apply: () => {}, runs: only() },
  {
    name: 'white space in pipeline.json',
    apply: (copy) => copy.write(PIPELINE, JSON.stringify(JSON.parse(copy.read(PIPELINE)), null, 7)),
    runs: only(),
    explains: { stage: 'report', cause: /^taken from the cache, made in the first run$/ },
  },
  {
    name: 'a test file and Markdown in libs/mcts',
    apply: (copy) => {
      comment('libs/mcts/src/scoring.spec.ts')(copy);
      copy.write('libs/mcts/README.md', 'text\n');
    },
    runs: only(),
  },
  {
    name: 'beta of optimize-1 (iteration.stages)',
    apply: parameters({ iteration: { stages: { optimize: { params: { loss: { beta: 3 } } } } } }),
    runs: only('optimize-1', 'eval-1', 'api-bank-1', 'report'),
    explains: { stage: 'eval-1', cause: /^optimize-1: param loss\.beta 2\.5 -> 3$/ },
  },
  {
    name: 'iterations 1 to 2',
    apply: parameters({ iteration: { count: 2 } }),
    runs: only('rank-2', 'mine-2', 'filter-2', 'optimize-2', 'eval-2', 'api-bank-2', 'report'),
  },
  {
    name: 'beta of optimize-1 (iteration.overrides)',
    apply: parameters({ iteration: { overrides: { 1: { optimize: { loss: { beta: 2 } } } } } }),
    runs: onward('optimize-1'),
  },
  {
    name: 'beta of optimize-2 (iteration.overrides)',
    apply: parameters({ iteration: { overrides: { 2: { optimize: { loss: { beta: 2 } } } } } }),
    runs: only('optimize-2', 'eval-2', 'api-bank-2', 'report'),
  },
  {
    name: 'c of mining 1 to 0',
    apply: parameters({ iteration: { stages: { mine: { params: { c: 0 } } } } }),
    runs: onward('mine-1'),
    explains: { stage: 'optimize-1', cause: /^mine-1: param c 1 -> 0$/ },
  },
  {
    name: 'a comment in libs/report',
    apply: comment('libs/report/src/build-report.ts'),
    runs: only('report'),
    explains: { stage: 'report', cause: /^report: source libs\/report\/src\/build-report\.ts / },
  },
  {
    name: 'a comment in libs/mcts',
    apply: comment('libs/mcts/src/puct.ts'),
    runs: only('mine-1', 'mine-2'),
    explains: { stage: 'mine-1', cause: /^mine-1: source libs\/mcts\/src\/puct\.ts / },
  },
  {
    name: 'a comment in the corpus generator',
    apply: comment('datasets/synthetic/src/data/sentences.ts'),
    runs: only('ingest'),
  },
  {
    name: 'a template sentence of the corpus generator',
    apply: (copy) => copy.edit('datasets/synthetic/src/data/sentences.ts', "'Please {r}.'", "'Kindly {r}.'"),
    runs: onward('ingest'),
    explains: { stage: 'eval-base', cause: /^ingest: source datasets\/synthetic\/src\/data\/sentences\.ts / },
  },
];

async function run(checks: Checks): Promise<void> {
  const copy = copyForPipelines();
  try {
    mergeInto(copy, PIPELINE, INCOMPLETE_TREES);
    const first = await copy.run('smoke');
    checks.equal('first run', 'everything', stagesThatRan(copy, 'smoke', first), first.seconds);
    for (const { name, apply, runs, explains } of CHANGES) {
      apply(copy);
      const stages = stagesOf(copy, 'smoke');
      const rerun = await copy.run('smoke');
      checks.equal(name, nameStages(runs(stages), stages), stagesThatRan(copy, 'smoke', rerun), rerun.seconds);
      if (explains !== undefined) {
        const found = explanationOf(copy, 'smoke', explains.stage);
        const shown = explains.cause.test(found) ? explains.cause.source : found;
        checks.equal(`${name}: explain ${explains.stage}`, explains.cause.source, shown);
      }
    }
    await misspell(copy, checks);
    await compareWithCleanRun(copy, checks);
    await changeImportedFile(copy, checks);
  } finally {
    copy.remove();
  }
}

/** A parameter path that nothing reads is refused before any stage could be taken from the cache. */
async function misspell(copy: WorkspaceCopy, checks: Checks): Promise<void> {
  const right = copy.read(PIPELINE);
  for (const [name, patch, error] of [
    [
      'a misspelt parameter (iteration.stages)',
      { iteration: { stages: { optimize: { params: { loss: { betta: 1 } } } } } },
      `${PIPELINE}: iteration.stages.optimize.params.loss.betta: unknown key: "betta"`,
    ],
    [
      'a misspelt parameter (iteration.overrides)',
      { iteration: { overrides: { 1: { optimize: { loss: { betta: 1 } } } } } },
      `${PIPELINE}: iteration.overrides.1.optimize.loss.betta: unknown key: "betta"`,
    ],
    [
      'a misspelt stage',
      { stages: { 'sft-easi': { params: { num_train_epochs: 2 } } } },
      `${PIPELINE}: stages.sft-easi.kind: `,
    ],
  ] as const) {
    mergeInto(copy, PIPELINE, patch);
    const { code, output, seconds, tasks } = await copy.run('smoke');
    const found = code !== 0 && Object.keys(tasks).length === 0 && output.includes(error);
    checks.equal(name, 'refused', found ? 'refused' : `exit ${code}: ${output.trim()}`, seconds);
    copy.write(PIPELINE, right);
  }
}

/** What the reruns have left is what a run without any cache makes: no stage was stale. */
async function compareWithCleanRun(copy: WorkspaceCopy, checks: Checks): Promise<void> {
  const incremental = manifestsOf(copy, 'smoke');
  rmSync(join(copy.root, '.itool', 'artifacts'), { recursive: true });
  const clean = await copy.run('smoke', freshCaches(copy, 'clean'));
  checks.equal('a clean run of the last state', 'everything', stagesThatRan(copy, 'smoke', clean), clean.seconds);
  checks.equal(
    'its manifests against those of the reruns',
    'same bytes',
    compareManifests(incremental, manifestsOf(copy, 'smoke')),
  );
}

async function changeImportedFile(copy: WorkspaceCopy, checks: Checks): Promise<void> {
  const rows = writeImportedPipeline(copy);
  const first = await copy.run(IMPORTED);
  checks.equal(`first run of ${IMPORTED}`, 'everything', stagesThatRan(copy, IMPORTED, first), first.seconds);
  const second = await copy.run(IMPORTED);
  checks.equal('imported file as it was', 'nothing', stagesThatRan(copy, IMPORTED, second), second.seconds);
  rows.changeOneByte();
  const third = await copy.run(IMPORTED);
  const found = explanationOf(copy, IMPORTED, 'eval-1').replace(/ [0-9a-f]{12} -> [0-9a-f]{12}$/, '');
  checks.equal('one byte of the imported file: explain eval-1', 'files: file rows', found);
  const wanted = nameStages(readersOfTheFile(stagesOf(copy, IMPORTED)), stagesOf(copy, IMPORTED));
  checks.equal('one byte of the imported file', wanted, stagesThatRan(copy, IMPORTED, third), third.seconds);
}

export const invalidation: Soak = {
  name: 'invalidation',
  about: 'what runs again after a change of a parameter, of code, of data and of things that do not matter',
  run,
};
