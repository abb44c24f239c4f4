import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Of } from '@itool/artifact';
import { isSource } from '@itool/pipeline';

/** Code that the runner leaves out of the digest of a stage, since it decides whether a stage runs and not what it computes. */
const NOT_COMPUTING = [
  'libs/pipeline/',
  'libs/stage/src/runner/',
  'libs/stage/src/main.ts',
  'libs/stage/src/verify-main.ts',
];

export type SourceFile = { path: string; folder: string; sha256: string; modified_ms: number };

/** Source files of package folders that decide what a stage computes, in path order. */
export function sourceFiles(workspace: string, folders: readonly string[]): SourceFile[] {
  return folders
    .flatMap((folder) =>
      listFiles(join(workspace, folder), '')
        .filter(isSource)
        .map((file) => ({ folder, path: `${folder}/${file}` })),
    )
    .filter(({ path }) => !NOT_COMPUTING.some((prefix) => path.startsWith(prefix)))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ folder, path }) => {
      const file = join(workspace, path);
      return { path, folder, sha256: sha256Of(readFileSync(file)), modified_ms: statSync(file).mtimeMs };
    });
}

/** Digest in the form that the stage runner writes to provenance.json. */
export function codeDigest(files: readonly SourceFile[]): string {
  return sha256Of(files.map(({ sha256, path }) => `${sha256} ${path}\n`).join(''));
}

/** Folders with a file that was written after `since` (milliseconds since 1970). */
export function editedFolders(files: readonly SourceFile[], since: number): string[] {
  return [...new Set(files.filter((file) => file.modified_ms > since).map((file) => file.folder))];
}

function listFiles(folder: string, prefix: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${prefix}${entry.name}`;
    if (!entry.isDirectory()) return [path];
    return isSource(`${path}/x`) ? listFiles(join(folder, entry.name), `${path}/`) : [];
  });
}
