import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareManifests, copyForPipelines, manifestsOf, stagesOf } from './pipeline-copy.ts';
import { startTeamCache, storedEntry, type TeamCache } from './team-cache.ts';
import type { WorkspaceCopy } from './workspace-copy.ts';

const REPORT = '.itool/reports/smoke/report/report.html';

// A sample of the soaks cache-sharing and cache-attacks: real nx, real stages, the real server. The cases build on each other.
describe('two checkouts with one team cache', () => {
  let team: TeamCache;
  let first: WorkspaceCopy;
  let second: WorkspaceCopy;

  beforeAll(async () => {
    team = await startTeamCache();
    [first, second] = [copyForPipelines(), copyForPipelines()];
    for (const copy of [first, second]) copy.env['ITOOL_THREADS'] = '1';
  });
  afterAll(async () => {
    await team.remove();
    first.remove();
    second.remove();
  });

  it('takes from the first what is sound, computes what was altered, and moves only what it needs', async () => {
    const made = await first.itool('smoke', ['run', 'smoke', '--json'], team.settingsOf('main', 'ci', ['ci']));
    expect(made.code).toBe(0);
    const stages = stagesOf(first, 'smoke');
    const given = countsOf(made.output);
    expect(given).toMatchObject({ hits: 0, written: stages.length, blobs_fetched: 0 });

    const { data } = storedEntry(team, made.hashes['eval-1']!);
    const bytes = readFileSync(data);
    bytes[bytes.length - 10]! ^= 1;
    writeFileSync(data, bytes);

    const reader = team.settingsOf('reader', null, ['ci']);
    const taken = await second.itool('smoke', ['run', 'smoke', '--json'], reader);
    expect(taken.code).toBe(0);
    const statuses = Object.fromEntries(stages.map((stage) => [stage, taken.tasks[stage]]));
    expect(statuses).toEqual({
      ...Object.fromEntries(stages.map((stage) => [stage, 'remote-cache'])),
      'eval-1': 'success',
    });
    expect(compareManifests(manifestsOf(first, 'smoke'), manifestsOf(second, 'smoke'))).toBe('same bytes');
    expect(readFileSync(join(second.root, REPORT)).equals(readFileSync(join(first.root, REPORT)))).toBe(true);
    expect(team.audit().map(({ event }) => event)).toContain('altered entry quarantined');
    const moved = countsOf(taken.output);
    expect(moved.hits).toBe(stages.length - 1);
    expect(moved.received).toBeLessThan(given.sent);

    const pulled = await second.itool('smoke', ['store', 'pull', 'smoke', '--json'], reader);
    expect(pulled.code).toBe(0);
    expect(second.blobs().length).toBe(first.blobs().length);
    expect((await second.itool('smoke', ['store', 'pull', 'smoke'], reader)).output).toContain('0 blobs fetched');
  }, 240_000);
});

/** Nx writes to stderr in this mode; the JSON is what stands alone on stdout, last. */
function countsOf(output: string): {
  hits: number;
  written: number;
  blobs_fetched: number;
  received: number;
  sent: number;
} {
  return (JSON.parse(output.slice(output.lastIndexOf('\n{\n') + 1)) as { cache: ReturnType<typeof countsOf> }).cache;
}
