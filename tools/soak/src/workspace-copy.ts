import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Root of the checkout that is copied. */
export const CHECKOUT = join(__dirname, '..', '..', '..');

const ROOT_FILES = [
  'package.json',
  'package-lock.json',
  'nx.json',
  'tsconfig.json',
  'tsconfig.base.json',
  '.gitignore',
  '.env',
];

/** What git ignores but a run needs: without it stages would take another backend than in the checkout. */
const BUILT = ['libs/tensor/native/build/itool.node', 'libs/tensor/native/build/build.json'];

/** `tasks`: stage, or pipeline for its umbrella -> status that Nx gave it, from the record in `.itool/runs`; empty when Nx ran no task. */
export type Run = {
  code: number | null;
  output: string;
  tasks: Record<string, string>;
  /** Hashes that Nx knows the tasks by, under the same names. */
  hashes: Record<string, string>;
  seconds: number;
};

/** A copy of the checkout (working tree, not commit) with its own Nx cache and its own store, in a temporary folder. */
export type WorkspaceCopy = {
  /** Folder around `root` and `store`, for further files of a test. */
  base: string;
  root: string;
  store: string;
  env: Record<string, string>;
  /** Starts `nx run <args>` in a process group of its own. */
  start: (args: readonly string[], env?: Record<string, string>) => ChildProcess;
  /** Runs `nx run <pipeline>:run` to its end. */
  run: (pipeline: string, env?: Record<string, string>) => Promise<Run>;
  /** Runs `itool <args>` of the copy, which is to run `pipeline`, to its end. */
  itool: (pipeline: string, args: readonly string[], env?: Record<string, string>) => Promise<Run>;
  read: (path: string) => string;
  write: (path: string, text: string) => void;
  /** Replaces the first occurrence. @throws when there is nothing to replace */
  edit: (path: string, from: string | RegExp, to: string) => void;
  manifest: (pipeline: string, stage: string) => string;
  /** Absolute paths of all blobs of the store, sorted. */
  blobs: () => string[];
  remove: () => void;
};

/** @param folders tracked and new files below these are copied, `testdata` is not */
export function copyWorkspace(folders: readonly string[], name = 'itool-copy-'): WorkspaceCopy {
  const base = mkdtempSync(join(tmpdir(), name));
  const root = join(base, 'workspace');
  const store = join(base, 'store');
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '--', ...folders], {
    cwd: CHECKOUT,
    encoding: 'utf8',
  });
  const built = BUILT.filter((file) => folders.some((folder) => file.startsWith(`${folder}/`)));
  const files = listed.split('\n').filter((file) => file !== '' && !file.includes('/testdata/'));
  for (const file of [...ROOT_FILES, ...built, ...files].filter((path) => existsSync(join(CHECKOUT, path)))) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    cpSync(join(CHECKOUT, file), join(root, file));
  }
  linkModules(root);
  const env: Record<string, string> = {
    ...(process.env as Record<string, string>),
    NX_DAEMON: 'false',
    NX_CACHE_DIRECTORY: join(base, 'nx-cache'),
    NX_WORKSPACE_DATA_DIRECTORY: join(base, 'nx-data'),
    ITOOL_STORE: store,
  };
  const nx = join(CHECKOUT, 'node_modules', 'nx', 'dist', 'bin', 'nx.js');
  const start: WorkspaceCopy['start'] = (args, more = {}) =>
    spawn(process.execPath, [nx, 'run', ...args, '--outputStyle=stream'], {
      cwd: root,
      env: { ...env, ...more },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const toItsEnd = async (pipeline: string, startIt: () => ChildProcess): Promise<Run> => {
    const before = new Set(recordFiles(root));
    const began = performance.now();
    const { code, output } = await finished(startIt());
    const seconds = (performance.now() - began) / 1000;
    const record = recordFiles(root).find((file) => !before.has(file));
    const { tasks, hashes } = record === undefined ? { tasks: {}, hashes: {} } : readTasks(record, pipeline);
    return { code, output, seconds, tasks, hashes };
  };
  return {
    base,
    root,
    store,
    env,
    start,
    run: (pipeline, more) => toItsEnd(pipeline, () => start([`${pipeline}:run`], more)),
    itool: (pipeline, args, more = {}) =>
      toItsEnd(pipeline, () =>
        spawn(process.execPath, [join('apps', 'cli', 'bin', 'itool.cjs'), ...args], {
          ...{ cwd: root, env: { ...env, ...more }, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
        }),
      ),
    read: (path) => readFileSync(join(root, path), 'utf8'),
    write: (path, text) => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    },
    edit: (path, from, to) => {
      const text = readFileSync(join(root, path), 'utf8');
      const edited = text.replace(from, () => to);
      if (edited === text) throw new Error(`soak: nothing to replace in ${path}: ${from}`);
      writeFileSync(join(root, path), edited);
    },
    manifest: (pipeline, stage) =>
      readFileSync(join(root, '.itool', 'artifacts', pipeline, stage, 'manifest.json'), 'utf8'),
    blobs: () => listFiles(join(store, 'sha256')).sort(),
    remove: () => rmSync(base, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** Exit code and everything written to stdout and stderr, in the order of arrival. */
export function finished(child: ChildProcess): Promise<{ code: number | null; output: string }> {
  let output = '';
  const add = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout?.on('data', add);
  child.stderr?.on('data', add);
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })));
}

/** node_modules of links: outside packages into the real one, workspace packages into the copy. */
function linkModules(root: string): void {
  const real = join(CHECKOUT, 'node_modules');
  const copy = join(root, 'node_modules');
  mkdirSync(join(copy, '@itool'), { recursive: true });
  for (const name of readdirSync(real)) {
    if (name !== '@itool' && name !== '.package-lock.json') symlinkSync(join(real, name), join(copy, name));
  }
  // Versions that only one package uses lie below that package.
  for (const folder of [...foldersIn('libs'), ...foldersIn('libs/stages'), ...foldersIn('apps')]) {
    const own = join(CHECKOUT, folder, 'node_modules');
    if (existsSync(own) && existsSync(join(root, folder))) symlinkSync(own, join(root, folder, 'node_modules'));
  }
  for (const name of readdirSync(join(real, '@itool'))) {
    symlinkSync(readlinkSync(join(real, '@itool', name)), join(copy, '@itool', name));
  }
}

function foldersIn(folder: string): string[] {
  return readdirSync(join(CHECKOUT, folder)).map((name) => `${folder}/${name}`);
}

function readTasks(file: string, pipeline: string): Pick<Run, 'tasks' | 'hashes'> {
  const { tasks } = JSON.parse(readFileSync(file, 'utf8')) as {
    tasks: Record<string, { status: string; hash?: string }>;
  };
  const named = Object.entries(tasks).map(
    ([id, task]) => [id.replace(/:run$/, '').replace(`${pipeline}.`, ''), task] as const,
  );
  return {
    tasks: Object.fromEntries(named.map(([name, { status }]) => [name, status])),
    hashes: Object.fromEntries(named.map(([name, { hash }]) => [name, hash ?? ''])),
  };
}

function recordFiles(root: string): string[] {
  const folder = join(root, '.itool', 'runs');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(folder, name));
}

function listFiles(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? listFiles(path) : [path];
  });
}
