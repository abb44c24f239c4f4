import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Checks } from '../checks.ts';
import { compareManifests, copyForPipelines, manifestsOf, mergeInto, stagesThatRan } from '../pipeline-copy.ts';
import type { Soak } from '../soak.ts';
import type { WorkspaceCopy } from '../workspace-copy.ts';

/** A stage whose bytes are damaged and one of its outputs; early, late and large ones. */
const DAMAGED = [
  ['ingest', 'rows'],
  ['base', 'model.safetensors'],
  ['mine-1', 'nodes'],
  ['filter-1', 'pairs'],
  ['report', 'report.html'],
] as const;

const DAMAGES: readonly { name: string; make: (path: string) => void }[] = [
  {
    name: 'one bit is wrong',
    make: (path) => {
      const bytes = readFileSync(path);
      bytes[bytes.length >> 1]! ^= 1;
      writeFileSync(path, bytes);
    },
  },
  { name: 'cut in half', make: (path) => truncateSync(path, readFileSync(path).length >> 1) },
  { name: 'empty', make: (path) => truncateSync(path, 0) },
  { name: 'lost', make: (path) => rmSync(path) },
];

async function run(checks: Checks): Promise<void> {
  const copy = copyForPipelines();
  try {
    const first = await copy.run('smoke');
    checks.equal('first run', 'everything', stagesThatRan(copy, 'smoke', first), first.seconds);
    const wanted = manifestsOf(copy, 'smoke');
    const blobs = copy.blobs().map((path) => basename(path));

    /** Runs and checks that everything is as it was; `healed` are the stages that had to be made again in place. */
    const heals = async (name: string, healed: string): Promise<void> => {
      const rerun = await copy.run('smoke');
      const again = /made again from lost or damaged bytes: (.*)/.exec(rerun.output)?.[1] ?? 'nothing';
      checks.equal(`${name}: made again`, healed, again, rerun.seconds);
      checks.equal(`${name}: stages that Nx ran`, 'nothing', stagesThatRan(copy, 'smoke', rerun));
      checks.equal(`${name}: manifests`, 'same bytes', compareManifests(wanted, manifestsOf(copy, 'smoke')));
      checks.equal(`${name}: store`, 'whole', stateOfStore(copy, blobs));
    };

    rmSync(copy.store, { recursive: true });
    await heals('store deleted', firstMakers(wanted).join(', '));
    for (const { name, make } of DAMAGES) {
      for (const [stage, output] of DAMAGED) {
        const path = blobOf(copy, stage, output);
        chmodSync(path, 0o644);
        make(path);
      }
      await heals(`blobs ${name}`, DAMAGED.map(([stage]) => stage).join(', '));
    }

    // A stage that has to run finds its inputs gone.
    rmSync(copy.store, { recursive: true });
    mergeInto(copy, 'pipelines/smoke/pipeline.json', { stages: { report: { params: { title: 'Another title' } } } });
    const changed = await copy.run('smoke');
    checks.equal('store deleted and report changed', 'report', stagesThatRan(copy, 'smoke', changed), changed.seconds);
    const others = new Map([...wanted].filter(([stage]) => stage !== 'report'));
    const found = new Map([...manifestsOf(copy, 'smoke')].filter(([stage]) => stage !== 'report'));
    checks.equal('the other manifests', 'same bytes', compareManifests(others, found));
    checks.equal('bytes of all manifests', 'all in the store', await verifyAgain(copy));

    rmSync(copy.env['NX_CACHE_DIRECTORY']!, { recursive: true });
    const uncached = await copy.run('smoke');
    const computed = (uncached.output.match(/backend \w+:/g) ?? []).length;
    checks.equal("Nx's cache deleted: stages that computed", '0', String(computed), uncached.seconds);
    checks.equal("Nx's cache deleted: exit status", '0', String(uncached.code));
  } finally {
    copy.remove();
  }
}

/** Stages that have outputs which no stage before them has: those that put something into an empty store. */
function firstMakers(manifests: ReadonlyMap<string, string>): string[] {
  const seen = new Set<string>();
  return [...manifests].flatMap(([stage, text]) => {
    const { outputs } = JSON.parse(text) as { outputs: Record<string, { sha256: string }> };
    const fresh = Object.values(outputs).filter(({ sha256 }) => !seen.has(sha256));
    for (const { sha256 } of fresh) seen.add(sha256);
    return fresh.length > 0 ? [stage] : [];
  });
}

/** `all in the store`, or what the end of a run had to make again. */
async function verifyAgain(copy: WorkspaceCopy): Promise<string> {
  const { output } = await copy.run('smoke');
  return /made again .*/.exec(output)?.[0] ?? (/all \d+ outputs are there/.test(output) ? 'all in the store' : output);
}

function blobOf(copy: WorkspaceCopy, stage: string, output: string): string {
  const { outputs } = JSON.parse(copy.manifest('smoke', stage)) as { outputs: Record<string, { sha256: string }> };
  const path = copy.blobs().find((blob) => basename(blob) === outputs[output]?.sha256);
  if (path === undefined) throw new Error(`soak: smoke.${stage} has no output ${output}`);
  return path;
}

/** Every blob that was there is there again, and its bytes have the digest that its name says. */
function stateOfStore(copy: WorkspaceCopy, names: readonly string[]): string {
  if (!existsSync(copy.store)) return 'no store';
  const paths = new Map(copy.blobs().map((path) => [basename(path), path]));
  const bad = names.filter((name) => {
    const path = paths.get(name);
    return path === undefined || createHash('sha256').update(readFileSync(path)).digest('hex') !== name;
  });
  return bad.length === 0 ? 'whole' : `lost or damaged: ${bad.join(', ')}`;
}

export const healing: Soak = {
  name: 'healing',
  about: 'the store lost, blobs lost and damaged while the cache of Nx stays',
  run,
};
