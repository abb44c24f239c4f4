import fs from 'node:fs';
import { widenBytes } from './read-safetensors.ts';
import { BYTES_PER_ELEMENT, sizeOf } from './safetensor.ts';
import { corrupt, parseSafetensorsHeader, type SafetensorsEntry } from './safetensors-header.ts';
import { needTensor, type WeightSource } from './weight-source.ts';

/** Bytes that are read from the file at once. */
const PIECE = 1 << 20;

/**
 * A safetensors file whose tensors are read from disk when they are asked for, by ranges: nothing but the header and what `read` returns
 * takes memory. (Not memory-mapped: the packages that map files into Node are native addons that are built at install; the page cache of
 * the system serves repeated reads as well.) `name` stands for the file in errors.
 *
 * @throws ItoolError `corrupt_artifact` as `parseSafetensorsHeader`, and from `read` when the file has become shorter
 */
export function openSafetensors(path: string, name: string): WeightSource & { metadata: Record<string, string> } {
  const size = fs.statSync(path).size;
  const header = withFile(path, (file) =>
    parseSafetensorsHeader(size, (from, to) => readBytes(file, name, from, new Uint8Array(to - from))),
  );
  const entries: Record<string, SafetensorsEntry> = Object.fromEntries(header.entries);
  const piece = new Uint8Array(PIECE);
  const readInto = (file: number, { dtype, begin }: SafetensorsEntry, from: number, out: Float32Array): void => {
    const width = BYTES_PER_ELEMENT[dtype];
    for (let done = 0; done < out.length; ) {
      const count = Math.min(out.length - done, PIECE / width);
      const position = header.data_start + begin + (from + done) * width;
      widenBytes(
        readBytes(file, name, position, piece.subarray(0, count * width)),
        dtype,
        out.subarray(done, done + count),
      );
      done += count;
    }
  };
  return {
    tensors: entries,
    metadata: header.metadata,
    read: (tensor, from = 0, to, into) => {
      const entry = needTensor(entries, tensor);
      const end = Math.min(to ?? Number.POSITIVE_INFINITY, sizeOf(entry.shape));
      const out = into ?? new Float32Array(Math.max(0, end - from));
      withFile(path, (file) => readInto(file, entry, from, out));
      return out;
    },
  };
}

/** Opened for each call: a source can be dropped without being closed. */
function withFile<T>(path: string, work: (file: number) => T): T {
  const file = fs.openSync(path, 'r');
  try {
    return work(file);
  } finally {
    fs.closeSync(file);
  }
}

function readBytes(file: number, name: string, position: number, into: Uint8Array): Uint8Array {
  for (let done = 0; done < into.length; ) {
    const read = fs.readSync(file, into, done, into.length - done, position + done);
    if (read === 0) throw corrupt(`file ends in the middle of its data: ${name}, at byte ${position + done}`);
    done += read;
  }
  return into;
}
