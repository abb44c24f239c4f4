import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Of } from '@itool/artifact';
import { isSource, type SourceClosure } from '@itool/pipeline';

/** What a stage kind computes with. */
export type StageCode = {
  /** sha256 of `listing` */
  digest: string;
  /** One line per file of `files`: sha256, blank, path. */
  listing: string;
  /** Sources relative to the workspace root, sorted, with the folder of their package. */
  files: { path: string; folder: string }[];
  /** npm package -> version */
  externals: Record<string, string>;
};

/**
 * Code that decides whether and where a stage runs, not what it computes. Nx starts a stage again when it changes, and the stage
 * then exits at once with its old result.
 */
const NOT_COMPUTING = [
  'libs/pipeline/',
  'libs/stage/src/runner/',
  'libs/stage/src/main.ts',
  'libs/stage/src/verify-main.ts',
];

export function stageCode(workspace: string, closure: SourceClosure): StageCode {
  const files = closure.folders
    .flatMap((folder) => listFiles(join(workspace, folder), '').map((file) => ({ path: `${folder}/${file}`, folder })))
    .filter(({ path }) => !NOT_COMPUTING.some((prefix) => path.startsWith(prefix)))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const listing = files.map(({ path }) => `${sha256Of(readFileSync(join(workspace, path)))} ${path}\n`).join('');
  const externals = Object.fromEntries(closure.externals.map(({ name, version }) => [name, version]));
  return { digest: sha256Of(listing), listing, files, externals };
}

/** Source files below `folder`. Folders of packages hold no other packages, so that no file belongs to two. */
function listFiles(folder: string, prefix: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${prefix}${entry.name}`;
    if (!entry.isDirectory()) return isSource(path) ? [path] : [];
    return isSource(`${path}/x`) ? listFiles(join(folder, entry.name), `${path}/`) : [];
  });
}
