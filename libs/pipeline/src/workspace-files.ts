import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReadText } from './read-pipeline.ts';
import type { WorkspacePackages } from './source-closure.ts';

/** Folders that hold one package per sub-folder: the `workspaces` of the root package.json. */
const PACKAGE_PARENTS = ['libs', 'libs/stages', 'apps', 'datasets', 'tools'];

/** Reads files below `root`. Throws for anything but a missing file. */
export function workspaceReader(root: string): ReadText {
  return (path) => {
    try {
      return readFileSync(join(root, path), 'utf8');
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      throw error;
    }
  };
}

export function workspacePackages(root: string): WorkspacePackages {
  const readText = workspaceReader(root);
  const packages = new Map<string, string>();
  for (const parent of PACKAGE_PARENTS) {
    for (const name of listFolders(join(root, parent))) {
      const folder = `${parent}/${name}`;
      const text = readText(`${folder}/package.json`);
      if (text !== undefined) packages.set((JSON.parse(text) as { name: string }).name, folder);
    }
  }
  return packages;
}

/** Names of the pipelines of the workspace, sorted. */
export function listPipelines(root: string): string[] {
  const readText = workspaceReader(root);
  return listFolders(join(root, 'pipelines')).filter(
    (name) => readText(`pipelines/${name}/pipeline.json`) !== undefined,
  );
}

function listFolders(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch {
    return [];
  }
}
