import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeToyWorkspace, type ToyWorkspace } from '../../../nx-itool/testdata/toy-workspace.ts';
import type { Checks } from '../checks.ts';
import { type FaultProxy, startFaultProxy } from '../fault-proxy.ts';
import type { Soak } from '../soak.ts';
import { joinTeam, startTeamCache, type TeamCache } from '../team-cache.ts';
import type { Run } from '../workspace-copy.ts';

const STAGES = ['words', 'count', 'step-1', 'step-2', 'step-3', 'report'] as const;
const YEARS_MS = 10 * 365 * 24 * 3600 * 1000;
/** Silence that a gateway takes for the end: much less than the 30 s that a bad server may stall. */
const TIMEOUT_MS = 2000;

async function run(checks: Checks): Promise<void> {
  const team = await startTeamCache();
  const proxy = await startFaultProxy(() => team.url);
  const copy = makeToyWorkspace();
  try {
    const runAs = (writes: boolean, now?: () => number) => runFresh(team, proxy, copy, writes, now);
    const first = await runAs(true, () => Date.now() + YEARS_MS);
    checks.equal('first run', 'exit 0', exitOf(first), first.seconds);
    const wanted = manifests(copy);
    const ended = (name: string, result: Run, limit_s: number): void => {
      checks.equal(name, 'exit 0', exitOf(result), result.seconds);
      checks.equal(`${name}: result`, wanted, manifests(copy));
      checks.equal(`${name}: did not hang`, 'yes', result.seconds < limit_s ? 'yes' : `${result.seconds} s`);
    };
    const hits = ({ tasks }: Run): string => String(STAGES.filter((stage) => tasks[stage] === 'remote-cache').length);

    const skewed = await runAs(false, () => Date.now() - YEARS_MS);
    ended('clocks 20 years apart', skewed, 120);
    checks.equal('clocks 20 years apart: hits', '6', hits(skewed));
    for (const fault of ['reset', 'stall', 'cut'] as const) {
      proxy.set(fault);
      ended(`reads: ${fault}`, await runAs(false), 120);
      ended(`writes: ${fault}`, await runAs(true), 120);
    }
    proxy.set('none');

    // The server dies in the middle, and comes back with whatever is on its disk.
    for (const method of ['PUT', 'GET'] as const) {
      if (method === 'PUT') await forgetAll(team, first.hashes);
      let killed = false;
      proxy.onChunk((from, chunk) => {
        if (killed || from !== 'client' || !chunk.toString('latin1', 0, 20).startsWith(`${method} /v1/`)) return;
        killed = true;
        void team.kill();
      });
      ended(`server killed during ${method}`, await runAs(true), 120);
      checks.equal(`server killed during ${method}: it was`, 'yes', killed ? 'yes' : 'no');
      proxy.onChunk(undefined);
      await team.start();
      checks.equal(`server killed during ${method}: what it serves`, 'whole entries', await served(team, first.hashes));
    }
    const filled = await runAs(true);
    ended('server back', filled, 120);
    const healed = await runAs(false);
    checks.equal('server back: hits', '6', hits(healed));
    checks.equal('SIGTERM', '0', String(await team.stop()));
    await fullDisk(checks, copy, wanted);
  } finally {
    await proxy.close();
    await team.remove();
    copy.remove();
  }
}

/** The disk of the server is full while a run writes. */
async function fullDisk(checks: Checks, copy: ToyWorkspace, wanted: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'itool-full-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'itool-soak', folder], { stdio: 'pipe' });
  } catch (error) {
    checks.skipped(
      'disk full on the server',
      `a small disk cannot be mounted here: ${(error as Error).message.trim()}`,
    );
    rmSync(folder, { recursive: true });
    return;
  }
  const team = await startTeamCache({}, folder);
  const proxy = await startFaultProxy(() => team.url);
  try {
    const filler = join(folder, 'filler');
    try {
      for (let i = 0; i < 300; i++) writeFileSync(filler, Buffer.alloc(4096), { flag: 'a' });
    } catch {
      // Full, as wanted.
    }
    const result = await runFresh(team, proxy, copy, true, undefined, mkdtempSync(join(copy.base, 'member-')));
    checks.equal('disk full on the server', 'exit 0', exitOf(result), result.seconds);
    checks.equal('disk full on the server: result', wanted, manifests(copy));
    checks.equal('disk full on the server: what it serves', 'whole entries', await served(team, result.hashes));
    rmSync(filler);
    await runFresh(team, proxy, copy, true, undefined, mkdtempSync(join(copy.base, 'member-')));
    checks.equal('disk has space again: entries', '6', String(await countServed(team, result.hashes)));
  } finally {
    await proxy.close();
    await team.kill();
    execFileSync('umount', [folder]);
    rmSync(folder, { recursive: true, force: true });
  }
}

let fresh = 0;

/** A run that finds nothing on its own machine, through the proxy. */
async function runFresh(
  team: TeamCache,
  proxy: FaultProxy,
  copy: ToyWorkspace,
  writes: boolean,
  now?: () => number,
  home?: string,
): Promise<Run> {
  const settings = team.settingsOf(
    ...([
      writes ? 'main' : 'reader',
      writes ? 'ci' : null,
      ['ci'],
      { server: proxy.url, timeout_ms: TIMEOUT_MS },
    ] as const),
    home,
  );
  const member = await joinTeam(settings, now === undefined ? {} : { now });
  const place = join(copy.base, `fresh-${++fresh}`);
  rmSync(join(copy.root, '.itool', 'artifacts'), { recursive: true, force: true });
  mkdirSync(place);
  try {
    return await copy.run({
      ...member.env,
      NX_CACHE_DIRECTORY: join(place, 'nx-cache'),
      NX_WORKSPACE_DATA_DIRECTORY: join(place, 'nx-data'),
      ITOOL_STORE: join(place, 'store'),
    });
  } finally {
    await member.gateway.close();
  }
}

async function forgetAll(team: TeamCache, hashes: Record<string, string>): Promise<void> {
  for (const stage of STAGES) await team.call('root', 'DELETE', `/v1/admin/entries/trusted/cache/${hashes[stage]}`);
}

/** `whole entries` when every entry that is served has all of its bytes. */
async function served(team: TeamCache, hashes: Record<string, string>): Promise<string> {
  const documents = join(team.entries, 'documents', 'entries', 'trusted', 'cache');
  const bad: string[] = [];
  for (const stage of STAGES) {
    const hash = hashes[stage]!;
    const { status, body } = await team.call('reader', 'GET', `/v1/cache/${hash}`);
    if (status === 404) continue;
    const document = join(documents, hash.slice(-2), `${hash}.json`);
    const { sha256 } = JSON.parse(existsSync(document) ? readFileSync(document, 'utf8') : '{}') as { sha256?: string };
    if (status !== 200 || createHash('sha256').update(body).digest('hex') !== sha256) bad.push(`${stage}: ${status}`);
  }
  return bad.length === 0 ? 'whole entries' : bad.join(', ');
}

async function countServed(team: TeamCache, hashes: Record<string, string>): Promise<number> {
  const answers = await Promise.all(STAGES.map((stage) => team.call('reader', 'GET', `/v1/cache/${hashes[stage]}`)));
  return answers.filter(({ status }) => status === 200).length;
}

function manifests(copy: ToyWorkspace): string {
  return STAGES.map((stage) => copy.manifest(stage)).join('');
}

function exitOf({ code, output }: Run): string {
  return code === 0 ? 'exit 0' : `exit ${code}: ${output}`;
}

export const cacheFaults: Soak = {
  name: 'cache-faults',
  about:
    'a team cache that resets, stalls, dies and fills up, with real nx: runs end with the right result, no entry is served in part',
  run,
};
