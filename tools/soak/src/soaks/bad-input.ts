import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Checks } from '../checks.ts';
import { IMPORTED, type ImportedFile, writeImportedPipeline } from '../imported-pipeline.ts';
import {
  compareManifests,
  copyForPipelines,
  freshCaches,
  manifestsOf,
  mergeInto,
  stagesOf,
  stagesThatRan,
} from '../pipeline-copy.ts';
import type { Soak } from '../soak.ts';
import type { Run, WorkspaceCopy } from '../workspace-copy.ts';

const PIPELINE = `pipelines/${IMPORTED}/pipeline.json`;

type Fault = { name: string; make: (copy: WorkspaceCopy, file: ImportedFile) => void; says: string };

/** `says` is the line of the error; the file is called by its path, or by the name under which the pipeline knows it. */
const FAULTS: readonly Fault[] = [
  {
    name: 'broken JSON in pipeline.json',
    make: (copy) => copy.edit(PIPELINE, '"kind": "import"', '"kind": "import",,'),
    says: `${PIPELINE}:6:`,
  },
  {
    name: 'pipeline.json cut short',
    make: (copy) => copy.write(PIPELINE, copy.read(PIPELINE).slice(0, 300)),
    says: `not valid JSON: ${PIPELINE}:`,
  },
  {
    name: 'an unknown parameter',
    make: (copy) => mergeInto(copy, PIPELINE, { stages: { base: { params: { sead: 1 } } } }),
    says: `${PIPELINE}: stages.base.params.sead: unknown key: "sead" (valid: `,
  },
  {
    name: 'a parameter of the wrong type',
    make: (copy) => mergeInto(copy, PIPELINE, { stages: { 'sft-easy': { params: { num_train_epochs: 'two' } } } }),
    says: `${PIPELINE}: stages.sft-easy.params.num_train_epochs: `,
  },
  {
    name: 'a stage that needs an unknown one',
    make: (copy) => mergeInto(copy, PIPELINE, { stages: { base: { needs: { rows: 'corpse' } } } }),
    says: `${PIPELINE}: stages.base.needs.rows: unknown stage: "corpse" (valid: `,
  },
  {
    name: 'imported file missing',
    make: (_, file) => rmSync(file.path),
    says: 'import: rows: file does not exist: ',
  },
  {
    name: 'imported file truncated',
    make: (_, file) => truncateSync(file.path, readFileSync(file.path).length >> 1),
    says: 'dialogue: file is not valid JSON: own, line ',
  },
  {
    name: 'imported file in UTF-16',
    make: (_, file) => writeFileSync(file.path, Buffer.from(`\ufeff${readFileSync(file.path, 'utf8')}`, 'utf16le')),
    says: 'dialogue: file is not UTF-8: own, byte 0 ',
  },
  {
    name: 'one byte of the imported file not UTF-8',
    make: (_, file) => {
      const bytes = readFileSync(file.path);
      bytes[1000] = 0xff;
      writeFileSync(file.path, bytes);
    },
    says: 'dialogue: file is not UTF-8: own, byte 1000',
  },
  {
    name: 'imported file empty',
    make: (_, file) => truncateSync(file.path, 0),
    says: 'dialogue: file is empty: own',
  },
];

async function run(checks: Checks): Promise<void> {
  const copy = copyForPipelines();
  try {
    const file = writeImportedPipeline(copy);
    const definition = copy.read(PIPELINE);
    const first = await copy.run(IMPORTED);
    checks.equal('first run', 'everything', stagesThatRan(copy, IMPORTED, first), first.seconds);
    const wanted = manifestsOf(copy, IMPORTED);
    for (const { name, make, says } of FAULTS) {
      make(copy, file);
      const broken = await copy.run(IMPORTED);
      checks.equal(name, 'one clear error', judgeError(broken, says), broken.seconds);
      file.repair();
      copy.write(PIPELINE, definition);
      const repaired = await copy.run(IMPORTED);
      checks.equal(`${name}: after the repair`, 'nothing', stagesThatRan(copy, IMPORTED, repaired), repaired.seconds);
      checks.equal(`${name}: manifests`, 'same bytes', compareManifests(wanted, manifestsOf(copy, IMPORTED)));
    }
    await fillDisks(copy, checks, wanted);
  } finally {
    copy.remove();
  }
}

/** `one clear error`, or what is wrong with the end of the run. */
function judgeError({ code, output }: Run, says: string): string {
  if (code === 0) return 'exit 0';
  // Stages that run side by side may fail of the same cause; a wrong pipeline.json fails before any stage.
  const failed = output.split('Failed tasks:')[1]?.match(/^- /gm)?.length ?? 1;
  const times = output.split(says).length - 1;
  if (times !== failed) return `${JSON.stringify(says)} is there ${times} times: ${output.trim()}`;
  if (/^.*\s+at .*:\d+:\d+/m.test(output)) return `stack trace: ${output.trim()}`;
  return 'one clear error';
}

/** Full disks: the run ends with the name of the disk, loses no finished stage and goes on when there is space. */
async function fillDisks(copy: WorkspaceCopy, checks: Checks, wanted: ReadonlyMap<string, string>): Promise<void> {
  /** Runs on a disk that is too small, and again on a larger one. */
  const recovers = async (disk: SmallDisk, name: string, caches: Record<string, string>): Promise<void> => {
    const full = await copy.run(IMPORTED, caches);
    const says = `artifact: no space left on the disk of ${disk.path}`;
    checks.equal(name, 'one clear error', judgeError(full, says), full.seconds);
    const done = stagesOf(copy, IMPORTED).filter((stage) => stage !== 'files' && hasManifest(copy, stage));
    disk.makeSpace();
    const again = await copy.run(IMPORTED, caches);
    const ran = stagesThatRan(copy, IMPORTED, again);
    const lost = done.filter((stage) => ran.split(', ').includes(stage)).join(', ') || 'none';
    checks.equal(`${name}: finished stages that ran again`, 'none', lost, again.seconds);
    const bytes = again.code === 0 ? compareManifests(wanted, manifestsOf(copy, IMPORTED)) : ran;
    checks.equal(`${name}: manifests`, 'same bytes', bytes);
  };
  const artifacts = join(copy.root, '.itool');
  for (const size of ['256k', '1m']) {
    const caches = freshCaches(copy, `disk-${size}`);
    rmSync(artifacts, { recursive: true, force: true });
    const name = `a disk of ${size} for the store`;
    await onSmallDisk(caches['ITOOL_STORE']!, size, name, checks, (disk) => recovers(disk, name, caches));
  }
  const caches = freshCaches(copy, 'disk-full');
  const name = 'a store without a free byte before the first stage that computes';
  await onSmallDisk(caches['ITOOL_STORE']!, '8m', name, checks, async (disk) => {
    rmSync(artifacts, { recursive: true, force: true });
    await copy.run(IMPORTED, caches);
    mergeInto(copy, PIPELINE, { stages: { 'sft-hard': { params: { seed: 7 } } } });
    disk.fill();
    const full = await copy.run(IMPORTED, caches);
    const says = `artifact: no space left on the disk of ${disk.path}`;
    checks.equal(name, 'one clear error', judgeError(full, says), full.seconds);
    disk.makeSpace();
    copy.write(PIPELINE, copy.read(PIPELINE).replace('"seed": 7', '"seed": 42'));
    const again = await copy.run(IMPORTED, caches);
    const bytes = again.code === 0 ? compareManifests(wanted, manifestsOf(copy, IMPORTED)) : again.output;
    checks.equal(`${name}: manifests`, 'same bytes', bytes, again.seconds);
  });
  rmSync(artifacts, { recursive: true, force: true });
  const small = 'a disk of 48k for .itool';
  await onSmallDisk(artifacts, '48k', small, checks, (disk) => recovers(disk, small, freshCaches(copy, 'small')));
}

function hasManifest(copy: WorkspaceCopy, stage: string): boolean {
  return existsSync(join(copy.root, '.itool', 'artifacts', IMPORTED, stage, 'manifest.json'));
}

type SmallDisk = { path: string; fill: () => void; makeSpace: () => void };

async function onSmallDisk(
  path: string,
  size: string,
  name: string,
  checks: Checks,
  work: (disk: SmallDisk) => Promise<void>,
): Promise<void> {
  mkdirSync(path, { recursive: true });
  const refused = mount(['-t', 'tmpfs', '-o', `size=${size}`, 'itool-soak', path]);
  if (refused !== undefined) {
    checks.skipped(name, `a small disk cannot be mounted here: ${refused}`);
    return;
  }
  try {
    await work({
      path,
      fill: () => fill(join(path, 'filler')),
      makeSpace: () => {
        rmSync(join(path, 'filler'), { force: true });
        const why = mount(['-o', 'remount,size=100m', path]);
        if (why !== undefined) throw new Error(`soak: the small disk cannot be made larger: ${why}`);
      },
    });
  } finally {
    execFileSync('umount', [path]);
  }
}

/** Writes until not one byte more fits. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (let size = 1 << 16; size >= 1; ) {
      try {
        writeSync(file, Buffer.alloc(size));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        size >>= 1;
      }
    }
  } finally {
    closeSync(file);
  }
}

/** What the system said when it refused. */
function mount(args: readonly string[]): string | undefined {
  try {
    execFileSync('mount', args, { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return String((error as { stderr?: Buffer }).stderr ?? error).trim();
  }
}

export const badInput: Soak = {
  name: 'bad-input',
  about: 'broken configuration, broken data and a full disk: one clear error, and the next run recovers',
  run,
};
