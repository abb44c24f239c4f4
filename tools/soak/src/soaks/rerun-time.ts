import { spawn } from 'node:child_process';
import type { Checks } from '../checks.ts';
import { copyForPipelines, stagesThatRan } from '../pipeline-copy.ts';
import type { Soak } from '../soak.ts';
import { finished } from '../workspace-copy.ts';

async function run(checks: Checks): Promise<void> {
  const copy = copyForPipelines();
  try {
    const first = await copy.run('smoke');
    checks.equal('first run', 'everything', stagesThatRan(copy, 'smoke', first), first.seconds);
    const second = await copy.run('smoke');
    checks.equal('second run', 'nothing', stagesThatRan(copy, 'smoke', second), second.seconds);
    const seconds: number[] = [];
    for (let i = 0; i < 3; i++) {
      const began = performance.now();
      const { code, output } = await finished(
        spawn('npx', ['nx', 'run', 'smoke:run'], { cwd: copy.root, env: copy.env, stdio: ['ignore', 'pipe', 'pipe'] }),
      );
      seconds.push((performance.now() - began) / 1000);
      checks.equal('npx nx run smoke:run', '0', code === 0 ? '0' : output, seconds.at(-1));
    }
    const [, median] = seconds.sort((a, b) => a - b);
    checks.measured('whole command with every stage a hit, median of 3', `${median!.toFixed(2)} s`);
  } finally {
    copy.remove();
  }
}

export const rerunTime: Soak = {
  name: 'rerun-time',
  about: 'wall time of a run in which every stage is a hit',
  run,
};
