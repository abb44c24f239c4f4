import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { openStore } from '@itool/artifact';
import { printJson, type Terminal } from '../terminal.ts';
import { bytesText } from '../text/quantities.ts';
import { textTable } from '../text/text-table.ts';

export type Environment = {
  node: string;
  platform: string;
  cores: number;
  memory_bytes: number;
  /** Backend that stages with `device: auto` take here, and why. */
  backend: string;
  backend_reason: string;
  threads: number | null;
  isa: string | null;
  tfjs: string;
  nx: string;
  /** First line of `c++ --version`; null without a compiler (the native backend is then not built). */
  compiler: string | null;
  store: string;
  store_free_bytes: number;
};

export async function envVerb(terminal: Terminal, options: { json?: boolean }): Promise<void> {
  const { backendFingerprint, useBackend } = await import('@itool/tensor');
  const backend = await useBackend('auto');
  const fingerprint = backendFingerprint();
  const store = openStore().root;
  const environment: Environment = {
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    cores: availableParallelism(),
    memory_bytes: totalmem(),
    backend: backend.name,
    backend_reason: backend.reason,
    threads: fingerprint.threads ?? null,
    isa: fingerprint.isa ?? null,
    tfjs: fingerprint.tfjs,
    nx: versionOf(terminal.workspace, 'nx'),
    compiler: compilerVersion(),
    store,
    store_free_bytes: freeBytes(store),
  };
  if (options.json) printJson(terminal, environment);
  else terminal.out(environmentText(environment));
}

export function environmentText(environment: Environment): string {
  const { threads, isa } = environment;
  const native = [threads === null ? '' : `${threads} threads`, isa ?? ''].filter((part) => part !== '').join(', ');
  return textTable([
    ['node', `${environment.node} (${environment.platform})`],
    ['machine', `${environment.cores} cores, ${bytesText(environment.memory_bytes)} memory`],
    ['backend', `${environment.backend}${native === '' ? '' : ` (${native})`}`],
    ['', environment.backend_reason],
    ['tfjs', environment.tfjs],
    ['nx', environment.nx],
    ['compiler', environment.compiler ?? 'none found: the native backend is not built, wasm serves instead'],
    ['store', `${environment.store} (${bytesText(environment.store_free_bytes)} free)`],
  ]);
}

function versionOf(workspace: string, name: string): string {
  const manifest = readFileSync(join(workspace, 'node_modules', name, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

function compilerVersion(): string | null {
  for (const compiler of [process.env['CXX'], 'g++', 'c++', 'clang++']) {
    if (!compiler) continue;
    try {
      const text = execFileSync(compiler, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
      return text.split('\n')[0]!.trim();
    } catch {}
  }
  return null;
}

/** Of the disk that holds the store, or would hold it. */
function freeBytes(folder: string): number {
  let at = folder;
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
  const { bavail, bsize } = statfsSync(at);
  return bavail * bsize;
}
