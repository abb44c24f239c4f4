import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { z } from 'zod';

export type CheckedArchive =
  | {
      ok: true;
      /** sha256 and size of everything that the manifests in the archive refer to. */
      blobs: { sha256: string; size: number }[];
    }
  | { ok: false; reason: string };

export type ArchiveLimits = { expanded_bytes: number; files: number };

const MANIFEST = /(^|\/)manifest\.json$/;
const MANIFEST_BYTES = 16 * 1024 * 1024;

const manifestSchema = z.object({
  outputs: z.record(z.string(), z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), size: z.int().min(0) })),
});

/**
 * Looks through the tar.gz of a task before Nx unpacks it: paths must stay below the workspace, and there may be files and folders only. A
 * signature says who made an archive, not that its maker was never broken into; and Nx ends the whole run on an archive that it cannot read.
 */
export async function checkArchive(archive: Buffer, limits: ArchiveLimits): Promise<CheckedArchive> {
  const blobs: { sha256: string; size: number }[] = [];
  let expanded = 0;
  let files = 0;
  const unzipped = Readable.from(archive.length === 0 ? [] : [archive]).pipe(createGunzip());
  // Nx writes headers of the old kind, without the mark of USTAR; the types of the package lack the option.
  const entries = extract({ allowUnknownFormat: true } as object);
  const refused = (reason: string): CheckedArchive => ({ ok: false, reason: `archive: ${reason}` });
  unzipped.on('data', (chunk: Buffer) => {
    expanded += chunk.length;
    if (expanded > limits.expanded_bytes) unzipped.destroy(new Error('too large when unpacked'));
  });
  unzipped.on('error', (error) => entries.destroy(error));
  unzipped.pipe(entries);
  try {
    for await (const entry of entries) {
      const { name, type } = entry.header;
      files++;
      if (files > limits.files) return refused('too many files');
      if (type !== 'file' && type !== 'directory') return refused(`not a file or folder: ${name} (${type})`);
      if (!staysBelow(name)) return refused(`path leads out of the workspace: ${name}`);
      if (type !== 'file' || !MANIFEST.test(name)) {
        entry.resume();
        continue;
      }
      const parts: Buffer[] = [];
      let size = 0;
      for await (const part of entry) {
        size += (part as Buffer).length;
        if (size > MANIFEST_BYTES) return refused(`manifest is too large: ${name}`);
        parts.push(part as Buffer);
      }
      const manifest = manifestSchema.safeParse(JSON.parse(Buffer.concat(parts).toString('utf8')));
      if (!manifest.success) return refused(`not a manifest: ${name}`);
      blobs.push(...Object.values(manifest.data.outputs));
    }
  } catch (error) {
    return refused(error instanceof Error ? error.message : String(error));
  } finally {
    unzipped.destroy();
    entries.destroy();
  }
  return files === 0 ? refused('empty') : { ok: true, blobs };
}

function staysBelow(name: string): boolean {
  return !name.startsWith('/') && !/[\\\0]|^[A-Za-z]:/.test(name) && !name.split('/').includes('..');
}
