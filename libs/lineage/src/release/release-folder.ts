import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '@itool/artifact';

/** Signed statements lie in `.itool/releases/<pipeline>/<stage>/<12 digits of the manifest>.intoto.jsonl`. */
export function releasePath(workspace: string, pipeline: string, stage: string, manifest: string): string {
  return join(workspace, '.itool', 'releases', pipeline, stage, `${manifest.slice(0, 12)}.intoto.jsonl`);
}

export function writeRelease(path: string, envelope: string): void {
  mkdirSync(join(path, '..'), { recursive: true });
  writeAtomically(path, envelope);
}

/** Files with statements about a pipeline. */
export function listReleases(workspace: string, pipeline: string): { stage: string; path: string; text: string }[] {
  const root = join(workspace, '.itool', 'releases', pipeline);
  return foldersOf(root).flatMap((stage) =>
    foldersOf(join(root, stage))
      .filter((file) => file.endsWith('.intoto.jsonl'))
      .map((file) => {
        const path = join(root, stage, file);
        return { stage, path, text: readFileSync(path, 'utf8') };
      }),
  );
}

function foldersOf(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
