import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Checks } from '../checks.ts';
import { compareManifests, copyForPipelines, manifestsOf, stagesThatRan } from '../pipeline-copy.ts';
import type { Soak } from '../soak.ts';

const PLACES = [
  { TZ: 'Asia/Kathmandu', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', ITOOL_THREADS: '1' },
  { TZ: 'UTC', LANG: 'C', LC_ALL: 'C', ITOOL_THREADS: '2' },
];

async function run(checks: Checks): Promise<void> {
  const copies = PLACES.map(copyForPipelines);
  try {
    for (const [i, copy] of copies.entries()) {
      const whole = await copy.run('smoke', PLACES[i]);
      const name = Object.entries(PLACES[i]!).flatMap(([key, value]) => (key === 'LC_ALL' ? [] : [`${key}=${value}`]));
      checks.equal(name.join(' '), 'everything', stagesThatRan(copy, 'smoke', whole), whole.seconds);
    }
    const [first, second] = copies as [(typeof copies)[0], (typeof copies)[0]];
    const manifests = manifestsOf(first, 'smoke');
    for (const [stage, manifest] of manifests) {
      const other = manifestsOf(second, 'smoke').get(stage);
      checks.equal(
        `manifest of ${stage}`,
        'same bytes',
        compareManifests(new Map([[stage, manifest]]), new Map(other === undefined ? [] : [[stage, other]])),
      );
    }
    const page = '.itool/reports/smoke/report/report.html';
    const same = existsSync(join(first.root, page)) && read(first.root, page).equals(read(second.root, page));
    checks.equal('report.html as laid out', 'same bytes', same ? 'same bytes' : 'other bytes');
  } finally {
    for (const copy of copies) copy.remove();
  }
}

function read(root: string, path: string): Buffer {
  return readFileSync(join(root, path));
}

export const determinism: Soak = {
  name: 'determinism',
  about: 'two clean runs in two folders, with other time zone, language and number of threads, give the same bytes',
  run,
};
