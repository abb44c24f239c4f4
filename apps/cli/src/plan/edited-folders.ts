import { statSync } from 'node:fs';
import { join } from 'node:path';

/** Folders with a file that was written after `since` (milliseconds since 1970). */
export function editedFolders(
  workspace: string,
  files: readonly { path: string; folder: string }[],
  since: number,
): string[] {
  const edited = files.filter(({ path }) => statSync(join(workspace, path)).mtimeMs > since);
  return [...new Set(edited.map(({ folder }) => folder))];
}
