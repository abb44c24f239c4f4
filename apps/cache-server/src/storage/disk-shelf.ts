import { createWriteStream } from 'node:fs';
import { link, mkdir, open, opendir, readFile, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Shelf } from './shelf.ts';

/** Larger pieces than Node's 64 kB: fewer turns of the event loop for each megabyte. */
const PIECE = 256 * 1024;

/** A folder: `data/<id>` and `documents/<name>`. Everything is on the disk (fsync) before a document names it. */
export function diskShelf(root: string, randomName: () => string): Shelf {
  const dataPath = (id: string): string => join(root, 'data', id);
  const documentPath = (name: string): string => join(root, 'documents', name);
  return {
    describe: `folder ${root}`,
    writeData: async (id, body) => {
      const path = dataPath(id);
      await mkdir(dirname(path), { recursive: true });
      try {
        await pipeline(body, createWriteStream(path, { flags: 'wx', flush: true, highWaterMark: PIECE }));
        return (await identity(path))!;
      } catch (error) {
        await rm(path, { force: true });
        throw error;
      }
    },
    identityOf: (id) => identity(dataPath(id)),
    readData: async (id, range) => {
      const file = await open(dataPath(id), 'r');
      return file.createReadStream({ ...range, highWaterMark: PIECE });
    },
    removeData: (id) => rm(dataPath(id), { force: true }),
    listData: async function* () {
      for await (const path of filesBelow(join(root, 'data'))) {
        const found = await stat(path).catch(() => undefined);
        const id = relative(join(root, 'data'), path).split(sep).join('/');
        if (found !== undefined) yield { id, size: found.size, modified: found.mtimeMs };
      }
    },
    createDocument: async (name, text) => {
      const path = documentPath(name);
      const temp = join(root, 'temp', randomName());
      await mkdir(dirname(temp), { recursive: true });
      try {
        const file = await open(temp, 'wx');
        try {
          await file.writeFile(text);
          await file.sync();
        } finally {
          await file.close();
        }
        await mkdir(dirname(path), { recursive: true });
        // Unlike rename, link refuses to replace.
        await link(temp, path);
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
        throw error;
      } finally {
        await rm(temp, { force: true });
      }
    },
    readDocument: (name) => readFile(documentPath(name), 'utf8').catch(orNothing),
    removeDocument: async (name) => {
      await unlink(documentPath(name)).catch(orNothing);
    },
    listDocuments: async function* (prefix) {
      for await (const path of filesBelow(documentPath(prefix)))
        yield relative(documentPath('.'), path).split(sep).join('/');
    },
  };
}

/** ctime cannot be set by whoever replaces a file, so another file is another identity. */
async function identity(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch(orNothing);
  return found === undefined ? undefined : `${found.size} ${found.mtimeNs} ${found.ctimeNs} ${found.ino}`;
}

async function* filesBelow(folder: string): AsyncGenerator<string> {
  const entries = await opendir(folder).catch(orNothing);
  if (entries === undefined) return;
  for await (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

function orNothing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}
