import { statSync } from 'node:fs';
import { extname } from 'node:path';
import { ItoolError } from '@itool/record';
import { outsidePath, type StageDefinition } from '@itool/stage';
import type { z } from 'zod';
import { paramsSchema } from './params.ts';

/**
 * Brings files from outside the workspace in: one output per entry of `files`, named as there. Nx cannot see these files, so this stage runs
 * every time; the store remembers their digests, and the stages that depend on it rerun only when bytes have changed.
 */
export const stage: StageDefinition<z.infer<typeof paramsSchema>> = {
  kind: 'import',
  params: paramsSchema,
  device: 'none',
  run: ({ params, out, workspace }) => {
    for (const [name, { path, sha256 }] of Object.entries(params.files)) {
      const file = outsidePath(path, workspace, process.env);
      const found = readable(name, file, () => out.file(name, file, extname(file).slice(1) || 'bytes').sha256);
      if (sha256 === undefined || sha256 === found) continue;
      throw new ItoolError({
        code: 'bad_data',
        message: `import: ${name}: sha256 of ${file} is ${found} (wanted: ${sha256})`,
        hint: 'Get the right revision of the file, or put the new digest into pipeline.json.',
      });
    }
  },
};

function readable(name: string, file: string, read: () => string): string {
  const fail = (why: string, hint: string, cause?: unknown): never => {
    throw new ItoolError({ code: 'missing_file', message: `import: ${name}: ${why}: ${file}`, hint, cause });
  };
  try {
    if (statSync(file).isFile()) return read();
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return fail('file does not exist', 'Put the file there, or correct "path" in pipeline.json.', cause);
    }
    if (code === 'EACCES' || code === 'EPERM')
      return fail('file may not be read', 'Give yourself read permission.', cause);
    throw cause;
  }
  return fail('not a file', 'A folder is imported file by file: name each file in "files".');
}
