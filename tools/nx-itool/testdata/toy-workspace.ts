import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = join(__dirname, '..', '..', '..');

/** What a run needs of the workspace; stages of real pipelines stay out, so that their state does not matter here. */
const NEEDED = ['libs/record', 'libs/artifact', 'libs/pipeline', 'libs/stage', 'libs/stages/import', 'tools/register', 'tools/nx-itool'];
const ROOT_FILES = ['package.json', 'package-lock.json', 'nx.json', 'tsconfig.json', 'tsconfig.base.json', '.gitignore', '.env'];

export type Run = { code: number | null; output: string; tasks: Record<string, string>; seconds: number };

/** A copy of the workspace with toy stages, its own caches and its own store. */
export type ToyWorkspace = {
  root: string;
  store: string;
  env: Record<string, string>;
  run: (args?: string[]) => Promise<Run>;
  start: (args: string[], env?: Record<string, string>) => ChildProcess;
  read: (path: string) => string;
  write: (path: string, text: string) => void;
  edit: (path: string, from: string | RegExp, to: string) => void;
  manifest: (stage: string) => string;
  blobs: () => string[];
  remove: () => void;
};

export function makeToyWorkspace(): ToyWorkspace {
  const base = mkdtempSync(join(tmpdir(), 'itool-toy-'));
  const root = join(base, 'workspace');
  const store = join(base, 'store');
  mkdirSync(root);
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '--', ...NEEDED], { cwd: ROOT, encoding: 'utf8' });
  for (const file of [...ROOT_FILES, ...files.split('\n').filter((f) => f !== '' && !f.includes('/testdata/'))]) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    cpSync(join(ROOT, file), join(root, file));
  }
  for (const part of ['libs', 'pipelines']) copyToys(join(__dirname, part), join(root, part));
  linkModules(root);
  mkdirSync(join(base, 'data'));
  writeFileSync(join(base, 'data', 'text.txt'), 'one fish two fish red fish blue fish a b c\n');
  const env: Record<string, string> = {
    ...(process.env as Record<string, string>),
    NX_DAEMON: 'false',
    NX_CACHE_DIRECTORY: join(base, 'nx-cache'),
    NX_WORKSPACE_DATA_DIRECTORY: join(base, 'nx-data'),
    ITOOL_STORE: store,
    TOY_DATA: join(base, 'data'),
  };
  const start = (args: string[], more: Record<string, string> = {}): ChildProcess =>
    spawn(process.execPath, [join(ROOT, 'node_modules', 'nx', 'dist', 'bin', 'nx.js'), 'run', ...args, '--outputStyle=stream'], {
      cwd: root,
      env: { ...env, ...more },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  return {
    root,
    store,
    env,
    start,
    run: async (args = ['toy:run']) => {
      const before = new Set(runFiles(root));
      const began = performance.now();
      const { code, output } = await finished(start(args));
      const record = runFiles(root).find((file) => !before.has(file));
      const tasks: Record<string, string> = {};
      if (record !== undefined) {
        const read = JSON.parse(readFileSync(join(root, '.itool', 'runs', record), 'utf8')) as { tasks: Record<string, { status: string }> };
        for (const [id, { status }] of Object.entries(read.tasks)) tasks[id.replace(/:run$/, '').replace(/^toy\./, '')] = status;
      }
      return { code, output, tasks, seconds: (performance.now() - began) / 1000 };
    },
    read: (path) => readFileSync(join(root, path), 'utf8'),
    write: (path, text) => writeFileSync(join(root, path), text),
    edit: (path, from, to) => {
      const text = readFileSync(join(root, path), 'utf8');
      const edited = text.replace(from, to);
      if (edited === text) throw new Error(`toy workspace: nothing to edit in ${path}: ${from}`);
      writeFileSync(join(root, path), edited);
    },
    manifest: (stage) => readFileSync(join(root, '.itool', 'artifacts', 'toy', stage, 'manifest.json'), 'utf8'),
    blobs: () => listFiles(join(store, 'sha256')).sort(),
    remove: () => rmSync(base, { recursive: true, force: true }),
  };
}

export function finished(child: ChildProcess): Promise<{ code: number | null; output: string }> {
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })));
}

/** Toy files end in `.txt` here, so that no tool takes them for parts of this workspace. */
function copyToys(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (entry.isDirectory()) copyToys(join(from, entry.name), join(to, entry.name));
    else cpSync(join(from, entry.name), join(to, entry.name.replace(/\.txt$/, '')));
  }
}

/** node_modules of links: outside packages into the real one, workspace packages into the copy. */
function linkModules(root: string): void {
  const real = join(ROOT, 'node_modules');
  const copy = join(root, 'node_modules');
  mkdirSync(join(copy, '@itool'), { recursive: true });
  for (const name of readdirSync(real)) if (name !== '@itool' && name !== '.package-lock.json') symlinkSync(join(real, name), join(copy, name));
  for (const name of readdirSync(join(real, '@itool'))) {
    symlinkSync(readlinkSync(join(real, '@itool', name)), join(copy, '@itool', name));
  }
  symlinkSync('../../libs/toy-text', join(copy, '@itool', 'toy-text'));
}

function runFiles(root: string): string[] {
  try {
    return readdirSync(join(root, '.itool', 'runs')).filter((file) => file.endsWith('.json'));
  } catch {
    return [];
  }
}

function listFiles(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? listFiles(path) : [path];
  });
}
