import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSigningKey, sealEntry } from '@itool/cache-gateway';
import { makeToyWorkspace, type ToyWorkspace } from '../../../nx-itool/testdata/toy-workspace.ts';
import type { Checks } from '../checks.ts';
import type { Soak } from '../soak.ts';
import { joinTeam, sendRaw, startTeamCache, storedEntry, type TeamCache } from '../team-cache.ts';
import type { Run } from '../workspace-copy.ts';

const STAGES = ['words', 'count', 'step-1', 'step-2', 'step-3', 'report'] as const;
type Stage = (typeof STAGES)[number];

async function run(checks: Checks): Promise<void> {
  const team = await startTeamCache({ limits: { headers_ms: 1500, stall_ms: 1500 } });
  const [first, second, third] = [makeToyWorkspace(), makeToyWorkspace(), makeToyWorkspace()];
  try {
    const made = await runAs(first, team.settingsOf('main', 'ci', ['ci']));
    checks.equal('first checkout', 'exit 0, computed: all', outcome(made), made.seconds);
    const wanted = manifests(first);
    const { hashes } = made;
    await attackOverHttp(checks, team, hashes);

    const victims = makeAttacks(team, hashes);
    for (const stage of STAGES) await victims[stage].attack();
    const slow = Array.from({ length: 20 }, () => sendRaw(team.url, 'GET /v1/cache/1 HTTP/1.1\r\nhost: a\r\nx-slow: '));
    const attacked = await runAs(second, team.settingsOf('reader', null, ['ci']));
    checks.equal('run on attacked entries', 'exit 0, computed: all', outcome(attacked), attacked.seconds);
    checks.equal('its manifests', wanted, manifests(second));
    const log = team.audit().map(({ event, key, detail }) => `${event} ${key ?? ''} ${detail ?? ''}`);
    for (const stage of STAGES) {
      const { name, event, detail } = victims[stage];
      const line = log.find((l) => l.startsWith(`${event} ${hashes[stage]} `) && l.includes(detail));
      checks.equal(`${name}: in the audit log`, 'yes', line === undefined ? log.slice(-20).join('\n') : 'yes');
    }
    const answers = await Promise.all(slow);
    checks.equal('slow-loris: 20 connections', '408', [...new Set(answers.map((a) => a.slice(9, 12)))].join());
    checks.equal('slow-loris: in the audit log', 'yes', logged(team, 'slow request'));

    // What is bad stays out of service, what a machine of the team then writes is taken.
    for (const stage of STAGES) await team.call('root', 'DELETE', `/v1/admin/entries/trusted/cache/${hashes[stage]}`);
    await runAs(second, team.settingsOf('main', 'ci', ['ci']), { NX_CACHE_DIRECTORY: join(second.base, 'fresh') });
    const clean = await runAs(third, team.settingsOf('reader', null, ['ci']));
    checks.equal('after removal and a new write', 'exit 0, computed: none', outcome(clean), clean.seconds);
    checks.equal('its manifests', wanted, manifests(third));
  } finally {
    await team.remove();
    for (const copy of [first, second, third]) copy.remove();
  }
}

/** Attacks that the server itself has to refuse. */
async function attackOverHttp(checks: Checks, team: TeamCache, hashes: Record<string, string>): Promise<void> {
  const poison = Buffer.from('poison');
  const status = async (...args: Parameters<TeamCache['call']>) => String((await team.call(...args)).status);
  checks.equal('write with a read token', '403', await status('reader', 'PUT', '/v1/cache/1', poison));
  checks.equal('write with a read token: in the audit log', 'yes', logged(team, 'write denied', '1'));
  checks.equal('no token', '401', await status('nobody', 'GET', `/v1/cache/${hashes['words']}`));
  checks.equal(
    'untrusted scope, key that exists',
    '409',
    await status('pr', 'PUT', `/v1/cache/${hashes['words']}`, poison),
  );
  checks.equal(
    'untrusted scope, free key: written to its scope',
    '200',
    await status('pr', 'PUT', '/v1/cache/2', poison),
  );
  checks.equal('untrusted scope: not there for others', '404', await status('reader', 'GET', '/v1/cache/2'));
  const own = team.audit().find(({ event, key }) => event === 'created' && key === '2');
  checks.equal('untrusted scope: in the audit log', 'scope-pr-17', own?.namespace ?? 'no line');
  checks.equal('path as a key', '400', await status('main', 'PUT', '/v1/cache/..%2f..%2ftokens', poison));
  checks.equal('path as a key: in the audit log', 'yes', logged(team, 'bad key'));
  const head = (more: string): string =>
    `PUT /v1/cache/3 HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${team.secret('main')}\r\n${more}\r\n\r\n`;
  checks.equal('10 GB upload', '413', (await sendRaw(team.url, head('content-length: 10000000000'))).slice(9, 12));
  checks.equal('10 GB upload: in the audit log', 'yes', logged(team, 'upload too large', '3'));
  checks.equal('upload without end', '411', (await sendRaw(team.url, head('transfer-encoding: chunked'))).slice(9, 12));
  const stalled = `${head('content-length: 5000')}some`;
  checks.equal('upload that stalls', '408', (await sendRaw(team.url, stalled)).slice(9, 12));
  checks.equal('nothing of it is served', '404', await status('main', 'GET', '/v1/cache/3'));
}

type Attack = { name: string; event: string; detail: string; attack: () => Promise<void> | void };

/** One attack on the entry of each stage, with everything that the attacker could have: the disk, a token to write, the key of a machine. */
function makeAttacks(team: TeamCache, hashes: Record<string, string>): Record<Stage, Attack> {
  const stored = (stage: Stage) => storedEntry(team, hashes[stage]!);
  const replay = readFileSync(stored('count').data);
  const [ci, mallory] = ['ci', 'mallory'].map((name) => loadSigningKey(team.privateKey(name)));
  const about = { time: '2026-01-01T00:00:00.000Z' };
  const bodyOf = (stage: Stage): Buffer => {
    const sealed = readFileSync(stored(stage).data);
    return sealed.subarray(sealed.indexOf('\n') + 1);
  };
  const writeInstead = async (stage: Stage, sealed: Buffer): Promise<void> => {
    await team.call('root', 'DELETE', `/v1/admin/entries/trusted/cache/${hashes[stage]}`);
    const { status } = await team.call('main', 'PUT', `/v1/cache/${hashes[stage]}`, sealed);
    if (status !== 200) throw new Error(`soak: the attack on ${stage} was not written: ${status}`);
  };
  const flip = (bytes: Buffer): Buffer => {
    bytes[bytes.length - 30]! ^= 1;
    return bytes;
  };
  const rejected = 'entry rejected by a reader';
  return {
    words: {
      ...{ name: 'entry replaced on disk', event: 'altered entry quarantined', detail: '' },
      attack: () => writeFileSync(stored('words').data, sealEntry(mallory!, hashes['words']!, bodyOf('words'), about)),
    },
    count: {
      ...{ name: 'flipped byte', event: 'altered entry quarantined', detail: '' },
      attack: () => writeFileSync(stored('count').data, flip(readFileSync(stored('count').data))),
    },
    'step-1': {
      ...{ name: 'valid archive signed by an unknown key', event: rejected, detail: 'unknown key' },
      attack: () => writeInstead('step-1', sealEntry(mallory!, hashes['step-1']!, bodyOf('step-1'), about)),
    },
    'step-2': {
      ...{ name: 'path traversal in a signed archive', event: rejected, detail: 'leads out of the workspace' },
      attack: () => writeInstead('step-2', sealEntry(ci!, hashes['step-2']!, escapingArchive(team.folder), about)),
    },
    'step-3': {
      ...{ name: "replay of another hash's body", event: rejected, detail: 'signed for another task' },
      attack: () => writeInstead('step-3', replay),
    },
    report: {
      ...{
        name: 'flipped byte, and the document of the server made to fit',
        event: rejected,
        detail: 'not those that were signed',
      },
      attack: () => {
        const { data, document } = stored('report');
        const flipped = flip(readFileSync(data));
        writeFileSync(data, flipped);
        const { size, mtimeNs, ctimeNs, ino } = statSync(data, { bigint: true });
        const identity = `${size} ${mtimeNs} ${ctimeNs} ${ino}`;
        writeFileSync(document, JSON.stringify({ ...JSON.parse(readFileSync(document, 'utf8')), identity }));
      },
    },
  };
}

function escapingArchive(folder: string): Buffer {
  const work = mkdtempSync(join(folder, 'archive-'));
  writeFileSync(join(work, 'evil'), 'evil');
  const bytes = execFileSync('tar', ['-czPf', '-', '--transform=s,^evil,../../evil,', 'evil'], { cwd: work });
  rmSync(work, { recursive: true });
  return bytes;
}

async function runAs(copy: ToyWorkspace, settings: Record<string, string>, more = {}): Promise<Run> {
  const member = await joinTeam(settings);
  try {
    return await copy.run({ ...member.env, ...more });
  } finally {
    await member.gateway.close();
  }
}

function outcome({ code, tasks, output }: Run): string {
  if (code !== 0) return `exit ${code}: ${output}`;
  const computed = STAGES.filter((stage) => tasks[stage] === 'success');
  return `exit 0, computed: ${computed.length === STAGES.length ? 'all' : computed.join(', ') || 'none'}`;
}

function manifests(copy: ToyWorkspace): string {
  return STAGES.map((stage) => copy.manifest(stage)).join('');
}

function logged(team: TeamCache, event: string, key?: string): string {
  return team.audit().some((line) => line.event === event && (key === undefined || line.key === key)) ? 'yes' : 'no';
}

export const cacheAttacks: Soak = {
  name: 'cache-attacks',
  about:
    'what an attacker may try on the team cache, with real nx: nothing is accepted, all is logged, runs compute instead',
  run,
};
