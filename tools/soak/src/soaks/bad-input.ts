import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Checks } from '../checks.ts';
import { IMPORTED, type ImportedFile, writeImportedPipeline } from '../imported-pipeline.ts';
import {
  compareManifests,
  copyForPipelines,
  freshCaches,
  manifestsOf,
  mergeInto,
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
    await fillDisk(copy, checks, wanted);
  } finally {
    copy.remove();
  }
}

/** `one clear error`, or what is wrong with the end of the run. */
function judgeError({ code, output, tasks }: Run, says: string): string {
  if (code === 0) return 'exit 0';
  // Stages that run side by side may fail of the same cause; a wrong pipeline.json fails before any stage.
  const failed = Object.values(tasks).filter((status) => status === 'failure').length || 1;
  const times = output.split(says).length - 1;
  if (times !== failed) return `${JSON.stringify(says)} is there ${times} times: ${output.trim()}`;
  if (/^.*\s+at .*:\d+:\d+/m.test(output)) return `stack trace: ${output.trim()}`;
  return 'one clear error';
}

/** Store on a small memory disk: the run ends when it is full and goes on when it has become larger. */
async function fillDisk(copy: WorkspaceCopy, checks: Checks, wanted: ReadonlyMap<string, string>): Promise<void> {
  for (const size of ['256k', '1m']) {
    const caches = freshCaches(copy, `disk-${size}`);
    const disk = caches['ITOOL_STORE']!;
    mkdirSync(disk, { recursive: true });
    const refused = mount(['-t', 'tmpfs', '-o', `size=${size}`, 'itool-soak', disk]);
    if (refused !== undefined) {
      checks.skipped(`a full disk of ${size}`, `a small disk cannot be mounted here: ${refused}`);
      continue;
    }
    try {
      rmSync(join(copy.root, '.itool', 'artifacts'), { recursive: true, force: true });
      const full = await copy.run(IMPORTED, caches);
      checks.equal(
        `a full disk of ${size}`,
        'one clear error',
        judgeError(full, `no space left on the disk of ${disk}`),
        full.seconds,
      );
      const done = Object.keys(full.tasks).filter((stage) => full.tasks[stage] === 'success');
      const larger = mount(['-o', 'remount,size=100m', disk]);
      if (larger !== undefined) throw new Error(`soak: remount failed: ${larger}`);
      const again = await copy.run(IMPORTED, caches);
      const ran = stagesThatRan(copy, IMPORTED, again);
      const lost = done.filter((stage) => stage !== 'files' && ran.split(', ').includes(stage));
      checks.equal(
        `a full disk of ${size}: finished stages that ran again`,
        'none',
        lost.join(', ') || 'none',
        again.seconds,
      );
      checks.equal(
        `a full disk of ${size}: manifests`,
        'same bytes',
        again.code === 0 ? compareManifests(wanted, manifestsOf(copy, IMPORTED)) : ran,
      );
    } finally {
      execFileSync('umount', [disk]);
    }
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
