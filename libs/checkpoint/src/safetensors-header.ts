import { ItoolError } from '@itool/record';
import { BYTES_PER_ELEMENT, type SafetensorsDtype, sizeOf } from './safetensor.ts';

/**
 * Largest header that is read. Hugging Face's reader stops at 100 MB; this is room for 100,000 tensors in one file, and keeps what a
 * damaged length can make us allocate small.
 */
export const MAX_HEADER_BYTES = 1 << 24;

/** A tensor of a file: bytes [begin, end) of the data section. */
export type SafetensorsEntry = { name: string; dtype: SafetensorsDtype; shape: number[]; begin: number; end: number };

export type SafetensorsHeader = {
  /** By name, sorted by code unit. */
  entries: Map<string, SafetensorsEntry>;
  metadata: Record<string, string>;
  /** Where the data section begins in the file. */
  data_start: number;
};

/**
 * Header of a file of `size` bytes. `read(from, to)` gives bytes of the file; it is asked for no byte outside it and for no more than
 * MAX_HEADER_BYTES at once. F64, integer and 8-bit types are not read: no model of this project has them.
 *
 * @throws ItoolError `corrupt_artifact` that names the tensor: truncated data, overlapping or uncovered ranges, unknown dtype, size not
 * matching shape
 */
export function parseSafetensorsHeader(
  size: number,
  read: (from: number, to: number) => Uint8Array,
): SafetensorsHeader {
  if (size < 8) throw corrupt(`file too short for a header: ${size} bytes`);
  const start = read(0, Math.min(size, 9));
  const length = Number(new DataView(start.buffer, start.byteOffset, 8).getBigUint64(0, true));
  if (length > size - 8) throw corrupt(`header longer than the file: ${length} bytes of ${size - 8}`);
  if (length > MAX_HEADER_BYTES) throw corrupt(`header too long: ${length} bytes (at most ${MAX_HEADER_BYTES})`);
  if (start[8] !== 0x7b) throw corrupt(`header is no JSON object: ${length} bytes`);
  const data_start = 8 + length;
  const available = size - data_start;
  const entries: SafetensorsEntry[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(parseJson(read(8, data_start)))) {
    if (name === '__metadata__') metadata = readMetadata(value);
    else entries.push(readEntry(name, value, available));
  }
  checkCoverage(entries, available);
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { entries: new Map(entries.map((entry) => [entry.name, entry])), metadata, data_start };
}

export function corrupt(fact: string, cause?: unknown): ItoolError {
  return new ItoolError({
    code: 'corrupt_artifact',
    message: `checkpoint: ${fact}`,
    hint: 'The file is damaged or no safetensors file; fetch or compute it again.',
    cause,
  });
}

function parseJson(bytes: Uint8Array): object {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as object;
  } catch (cause) {
    throw corrupt(`header is no JSON: ${bytes.length} bytes`, cause);
  }
}

function readMetadata(value: unknown): Record<string, string> {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMap || !Object.values(value).every((text) => typeof text === 'string'))
    throw corrupt('__metadata__ is no map of strings');
  return value as Record<string, string>;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function readEntry(name: string, value: unknown, available: number): SafetensorsEntry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  if (typeof dtype !== 'string' || !Object.hasOwn(BYTES_PER_ELEMENT, dtype))
    throw corrupt(`unknown dtype of ${brief(name)}: ${brief(dtype)} (${Object.keys(BYTES_PER_ELEMENT).join(', ')})`);
  if (!Array.isArray(shape) || !shape.every(isCount)) throw corrupt(`bad shape of ${brief(name)}: ${brief(shape)}`);
  const [begin, end] = Array.isArray(offsets) && offsets.length === 2 ? (offsets as unknown[]) : [];
  if (!isCount(begin) || !isCount(end) || begin > end)
    throw corrupt(`bad data_offsets of ${brief(name)}: ${brief(offsets)}`);
  if (end > available) throw corrupt(`truncated tensor ${brief(name)}: data end at ${end}, file holds ${available}`);
  const expected = sizeOf(shape) * BYTES_PER_ELEMENT[dtype as SafetensorsDtype];
  if (end - begin !== expected)
    throw corrupt(
      `size of ${brief(name)} does not match its shape [${brief(shape)}]: ${end - begin} bytes (${expected})`,
    );
  return { name, dtype: dtype as SafetensorsDtype, shape: shape as number[], begin, end };
}

/** The format demands that tensors cover the data section without overlap and without holes. */
function checkCoverage(entries: readonly SafetensorsEntry[], available: number): void {
  const byPosition = [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const { name, begin, end } of byPosition) {
    if (begin < covered)
      throw corrupt(`overlapping tensor ${brief(name)}: begins at ${begin}, covered up to ${covered}`);
    if (begin > covered) throw corrupt(`hole before tensor ${brief(name)}: bytes ${covered} .. ${begin}`);
    covered = end;
  }
  if (covered !== available) throw corrupt(`bytes after the last tensor: ${available - covered}`);
}

/** What a file says, for an error: a value nested without end, or a name of megabytes, must not end up in the message. */
function brief(value: unknown): string {
  if (Array.isArray(value))
    return value.length > 8 || value.some((item) => typeof item === 'object')
      ? `an array of ${value.length}`
      : value.map(brief).join(',');
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = String(value);
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}
