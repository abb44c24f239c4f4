import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Of } from '@itool/artifact';
import { isSource, type SourceClosure } from '@itool/pipeline';

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

/** sha256 over path and content of every source file of the closure. */
export function codeDigest(workspace: string, closure: SourceClosure): string {
  const files = closure.folders.flatMap((folder) =>
    // Packages below another one (libs/stages/x in libs/stages) do not occur: folders of packages hold no packages.
    listFiles(join(workspace, folder), '')
      .filter(isSource)
      .map((file) => `${folder}/${file}`),
  );
  const lines = files
    .filter((file) => !NOT_COMPUTING.some((prefix) => file.startsWith(prefix)))
    .sort()
    .map((file) => `${sha256Of(readFileSync(join(workspace, file)))} ${file}\n`);
  return sha256Of(lines.join(''));
}

function listFiles(folder: string, prefix: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${prefix}${entry.name}`;
    if (!entry.isDirectory()) return [path];
    return isSource(`${path}/x`) ? listFiles(join(folder, entry.name), `${path}/`) : [];
  });
}
