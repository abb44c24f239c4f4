import fs from 'node:fs';
import { join } from 'node:path';
import { ItoolError } from '@itool/record';
import { openSafetensors } from './open-safetensors.ts';
import { BYTES_PER_ELEMENT, type SafetensorsDtype, sizeOf } from './safetensor.ts';
import { corrupt } from './safetensors-header.ts';
import type { WeightSource } from './weight-source.ts';
import { writeSafetensorsFile } from './write-safetensors.ts';

export const WEIGHTS_FILE = 'model.safetensors';
export const INDEX_FILE = 'model.safetensors.index.json';

/** Hugging Face's default for `save_pretrained`. */
const MAX_SHARD_BYTES = 5_000_000_000;

/** Where the files of a model are: names as in a Hugging Face folder -> path, undefined for what is not there. */
export type FindFile = (name: string) => string | undefined;

export function filesOfFolder(folder: string): FindFile {
  return (name) => {
    const path = join(folder, name);
    return fs.existsSync(path) ? path : undefined;
  };
}

/** Names of the weight files of a model: one, or the shards that its index names, index first. */
export function weightFiles(find: FindFile): string[] {
  if (find(WEIGHTS_FILE) !== undefined) return [WEIGHTS_FILE];
  const index = find(INDEX_FILE);
  if (index === undefined)
    throw new ItoolError({
      code: 'missing_file',
      message: `checkpoint: model has no weights: neither ${WEIGHTS_FILE} nor ${INDEX_FILE} is there`,
      hint: 'Only safetensors are read. Convert pickled weights (pytorch_model.bin) with save_pretrained(safe_serialization=True).',
    });
  return [INDEX_FILE, ...new Set(Object.values(readIndex(index)))];
}

/**
 * Weights of a model in Hugging Face's layout, one file or shards, each tensor read when it is asked for.
 *
 * @throws ItoolError `missing_file` for a file that is not there; `corrupt_artifact` that names the file and the tensor: a damaged file, a
 * shard without a tensor that the index places in it, or with one that it does not
 */
export function openCheckpoint(find: FindFile): WeightSource {
  const [first, ...shards] = weightFiles(find);
  if (first === WEIGHTS_FILE) return openFile(find, WEIGHTS_FILE);
  const place = readIndex(find(INDEX_FILE)!);
  const sources = new Map(shards.map((shard) => [shard, openFile(find, shard)]));
  const sourceOf = (name: string): WeightSource => {
    const shard = Object.hasOwn(place, name) ? place[name]! : undefined;
    const source = shard === undefined ? undefined : sources.get(shard);
    if (source !== undefined && Object.hasOwn(source.tensors, name)) return source;
    throw corrupt(`tensor is not in the file that ${INDEX_FILE} names: ${name} in ${shard}`);
  };
  for (const [shard, source] of sources)
    for (const name of Object.keys(source.tensors))
      if (place[name] !== shard) throw corrupt(`${INDEX_FILE} does not place tensor ${name} in ${shard}`);
  return {
    tensors: Object.fromEntries(
      Object.keys(place)
        .sort()
        .map((name) => [name, sourceOf(name).tensors[name]!]),
    ),
    read: (name, ...range) => sourceOf(name).read(name, ...range),
  };
}

/**
 * Writes the weight files of a model into a folder that exists: `model.safetensors`, or shards of at most `max_shard_bytes` with their
 * index. Tensors fill the shards in name order. Returns the names of the files.
 */
export function writeCheckpoint(
  folder: string,
  source: WeightSource,
  options: { dtype?: SafetensorsDtype; max_shard_bytes?: number } = {},
): string[] {
  const limit = options.max_shard_bytes ?? MAX_SHARD_BYTES;
  const shards: string[][] = [];
  let total_size = 0;
  let filled = Number.POSITIVE_INFINITY;
  for (const name of Object.keys(source.tensors).sort()) {
    const { shape, dtype } = source.tensors[name]!;
    const bytes = sizeOf(shape) * BYTES_PER_ELEMENT[options.dtype ?? dtype];
    if (filled + bytes > limit) {
      shards.push([]);
      filled = 0;
    }
    shards.at(-1)!.push(name);
    filled += bytes;
    total_size += bytes;
  }
  // transformers refuses a file that does not say for which framework it was written.
  const form = { dtype: options.dtype, metadata: { format: 'pt' } };
  if (shards.length < 2) {
    writeSafetensorsFile(join(folder, WEIGHTS_FILE), source, form);
    return [WEIGHTS_FILE];
  }
  const number = (value: number) => String(value).padStart(5, '0');
  const files = shards.map((_, i) => `model-${number(i + 1)}-of-${number(shards.length)}.safetensors`);
  for (const [i, names] of shards.entries()) writeSafetensorsFile(join(folder, files[i]!), source, { ...form, names });
  const weight_map = Object.fromEntries(shards.flatMap((names, i) => names.map((name) => [name, files[i]!])));
  fs.writeFileSync(join(folder, INDEX_FILE), `${JSON.stringify({ metadata: { total_size }, weight_map }, null, 2)}\n`);
  return [INDEX_FILE, ...files];
}

function openFile(find: FindFile, name: string): WeightSource {
  const path = find(name);
  if (path === undefined)
    throw new ItoolError({
      code: 'missing_file',
      message: `checkpoint: weight file is not there: ${name}`,
      hint: `${INDEX_FILE} names it; complete the model folder.`,
    });
  try {
    return openSafetensors(path, name);
  } catch (error) {
    if (error instanceof ItoolError && error.code === 'corrupt_artifact')
      throw corrupt(`${name}: ${error.message.replace(/^checkpoint: /, '')}`, error);
    throw error;
  }
}

function readIndex(path: string): Record<string, string> {
  let index: unknown;
  try {
    index = JSON.parse(fs.readFileSync(path, 'utf8'));
  } catch (cause) {
    throw corrupt(`${INDEX_FILE} is no JSON`, cause);
  }
  const map = (index as { weight_map?: unknown } | null)?.weight_map;
  const isMap = typeof map === 'object' && map !== null && !Array.isArray(map);
  if (!isMap || !Object.values(map).every((file) => typeof file === 'string' && /^[^/\\]+\.safetensors$/.test(file)))
    throw corrupt(`${INDEX_FILE} has no weight_map of tensor names to file names`);
  return map as Record<string, string>;
}
