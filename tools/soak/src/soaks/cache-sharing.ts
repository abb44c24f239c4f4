import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Checks } from '../checks.ts';
import { compareManifests, copyForPipelines, manifestsOf, stagesOf } from '../pipeline-copy.ts';
import type { Soak } from '../soak.ts';
import { startTeamCache } from '../team-cache.ts';

const PIPELINE = 'itool';
const LIMIT_S = 15;

async function run(checks: Checks): Promise<void> {
  const team = await startTeamCache();
  const [first, second] = [copyForPipelines(), copyForPipelines()];
  try {
    const made = await first.itool(PIPELINE, ['run', PIPELINE], team.settingsOf('main', 'ci', ['ci']));
    checks.equal('first checkout', 'exit 0', made.code === 0 ? 'exit 0' : made.output, made.seconds);
    checks.measured('first checkout: moved', lastLine(made.output, 'cache:'));
    const taken = await second.itool(PIPELINE, ['run', PIPELINE], team.settingsOf('reader', null, ['ci']));
    checks.equal('second checkout', 'exit 0', taken.code === 0 ? 'exit 0' : taken.output, taken.seconds);
    const others = stagesOf(second, PIPELINE).filter((stage) => taken.tasks[stage] !== 'remote-cache');
    checks.equal('stages that are no remote hit', 'none', others.join(', ') || 'none');
    const inTime = taken.seconds <= LIMIT_S ? `at most ${LIMIT_S} s` : `${taken.seconds.toFixed(1)} s`;
    checks.equal('time of the second run', `at most ${LIMIT_S} s`, inTime);
    checks.measured('second checkout: moved', lastLine(taken.output, 'cache:'));
    checks.measured('second checkout: data', lastLine(taken.output, 'outputs are there'));
    const same = compareManifests(manifestsOf(first, PIPELINE), manifestsOf(second, PIPELINE));
    checks.equal('manifests', 'same bytes', same);
    const report = (root: string): string =>
      createHash('sha256')
        .update(readFileSync(join(root, '.itool', 'reports', PIPELINE, 'report', 'report.html')))
        .digest('hex');
    checks.equal('report', report(first.root), report(second.root));
  } finally {
    await team.remove();
    first.remove();
    second.remove();
  }
}

function lastLine(output: string, what: string): string {
  return output.split('\n').findLast((line) => line.includes(what)) ?? 'no such line';
}

export const cacheSharing: Soak = {
  name: 'cache-sharing',
  about: 'the default pipeline in two checkouts with one team cache: the second takes every stage from the first',
  run,
};
