import type { Checks } from '../checks.ts';
import {
  compareManifests,
  copyForPipelines,
  killDuring,
  manifestsOf,
  mergeInto,
  stagesThatRan,
} from '../pipeline-copy.ts';
import type { Soak } from '../soak.ts';

const PIPELINE = 'pipelines/smoke/pipeline.json';

/** Makes both stages long enough (some seconds) to be hit in the middle. */
const LONGER = {
  stages: { 'sft-hard': { params: { num_train_epochs: 10 } } },
  iteration: { stages: { mine: { params: { iterations: 20 } } } },
};

/** Milliseconds from the moment at which the stage begins to compute. */
const MOMENTS = [0, 300, 1200];

async function run(checks: Checks): Promise<void> {
  const undisturbed = copyForPipelines();
  const killed = copyForPipelines();
  try {
    for (const copy of [undisturbed, killed]) mergeInto(copy, PIPELINE, LONGER);
    const whole = await undisturbed.run('smoke');
    checks.equal('undisturbed run', 'everything', stagesThatRan(undisturbed, 'smoke', whole), whole.seconds);
    for (const stage of ['sft-hard', 'mine-1']) {
      for (const moment of MOMENTS) {
        const { made } = await killDuring(killed, 'smoke', stage, moment, 'everything');
        checks.equal(`SIGKILL of all ${moment} ms into ${stage}: manifest`, 'none', made ? 'there' : 'none');
      }
    }
    const alone = await killDuring(killed, 'smoke', 'mine-1', 300, 'stage');
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
