import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Checks } from '../checks.ts';
import { killDuring } from '../kill-during.ts';
import { compareManifests, copyForPipelines, manifestsOf, mergeInto, stagesThatRan } from '../pipeline-copy.ts';
import type { Soak } from '../soak.ts';
import type { WorkspaceCopy } from '../workspace-copy.ts';

const PIPELINE = 'pipelines/smoke/pipeline.json';

/** Makes both stages long enough (some seconds) to be hit in the middle. */
const LONGER = {
  stages: { 'sft-hard': { params: { num_train_epochs: 40 } } },
  iteration: { stages: { rank: { params: { max_prompts: 64 } }, mine: { params: { iterations: 20 } } } },
};

type Moment = { name: string; when: (copy: WorkspaceCopy, stage: string) => (ms: number) => boolean };

const MOMENTS: readonly Moment[] = [
  ...[0, 300, 1000].map((wait) => ({ name: `${wait} ms into`, when: () => (ms: number) => ms >= wait })),
  {
    name: 'between two outputs of',
    when: (copy) => {
      // Counted when the stage begins to compute, since stages before it write in the same run.
      let before: number | undefined;
      return () => {
        before ??= copy.blobs().length;
        return copy.blobs().length > before;
      };
    },
  },
  {
    name: 'between provenance and manifest of',
    when: (copy, stage) => {
      const provenance = join(copy.root, '.itool', 'artifacts', 'smoke', stage, 'provenance.json');
      rmSync(provenance, { force: true });
      return () => existsSync(provenance);
    },
  },
];

/** Lets the stage that $SOAK_SLOW names wait after each output and after its provenance: these moments are too short to be met. */
function slowWrites(copy: WorkspaceCopy): void {
  const wait = `if (process.argv[3] === process.env['SOAK_SLOW']) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);`;
  for (const file of ['libs/artifact/src/store.ts', 'libs/artifact/src/manifest.ts'])
    copy.edit(file, 'fs.renameSync(temp, path);', `fs.renameSync(temp, path); ${wait}`);
}

async function run(checks: Checks): Promise<void> {
  const undisturbed = copyForPipelines();
  const killed = copyForPipelines();
  try {
    for (const copy of [undisturbed, killed]) mergeInto(copy, PIPELINE, LONGER);
    const whole = await undisturbed.run('smoke');
    checks.equal('undisturbed run', 'everything', stagesThatRan(undisturbed, 'smoke', whole), whole.seconds);
    slowWrites(killed);
    for (const stage of ['sft-hard', 'mine-1']) {
      for (const { name, when } of MOMENTS) {
        const { made } = await killDuring(killed, {
          ...{ pipeline: 'smoke', stage, whom: 'everything', env: { SOAK_SLOW: stage } },
          when: when(killed, stage),
        });
        checks.equal(`SIGKILL of all ${name} ${stage}: manifest`, 'none', made ? 'there' : 'none');
      }
    }
    const alone = await killDuring(killed, {
      ...{ pipeline: 'smoke', stage: 'mine-1', whom: 'stage', when: (ms: number) => ms > 300 },
    });
    checks.equal('SIGKILL of the process of mine-1 alone: manifest', 'none', alone.made ? 'there' : 'none');
    checks.equal('SIGKILL of the process of mine-1 alone: Nx fails', 'yes', alone.code === 0 ? 'no' : 'yes');

    const last = await killed.run('smoke');
    const ran = stagesThatRan(killed, 'smoke', last).split(', ');
    checks.equal('run again: ends well', '0', String(last.code), last.seconds);
    checks.equal('run again: mine-1 ran', 'yes', ran.includes('mine-1') ? 'yes' : `no, only ${ran.join(', ')}`);
    checks.equal('run again: sft-hard, done before, is a hit', 'yes', ran.includes('sft-hard') ? 'no' : 'yes');
    checks.equal(
      'manifests against those of the undisturbed run',
      'same bytes',
      compareManifests(manifestsOf(undisturbed, 'smoke'), manifestsOf(killed, 'smoke')),
    );
  } finally {
    undisturbed.remove();
    killed.remove();
  }
}

export const kill: Soak = {
  name: 'kill',
  about: 'SIGKILL while sft-hard and mine-1 compute, then the same run again',
  run,
};
