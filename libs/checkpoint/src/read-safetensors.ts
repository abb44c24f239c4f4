import { ItoolError } from '@itool/record';
import { widenBfloat16, widenHalf } from './half-float.ts';
import { BYTES_PER_ELEMENT, type SafetensorsDtype, type SafetensorsTensor } from './safetensor.ts';

/** Largest header the Hugging Face reader accepts; a larger number means that the file is something else. */
const MAX_HEADER_BYTES = 100_000_000;

type Entry = { name: string; dtype: SafetensorsDtype; shape: number[]; begin: number; end: number };

/**
 * Tensors (widened to fp32, copied out of `bytes`) and metadata of a safetensors file. Names come back sorted. Errors
 * (`corrupt_artifact`) name the tensor: truncated data, overlapping or uncovered ranges, unknown dtype, size not matching shape.
 * F64, integer and 8-bit types are not read: no model of this project has them.
 */
export function readSafetensors(bytes: Uint8Array): {
  tensors: Record<string, SafetensorsTensor>;
  metadata: Record<string, string>;
} {
  const { header, dataStart } = readHeader(bytes);
  const available = bytes.byteLength - dataStart;
  const entries: Entry[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') metadata = value as Record<string, string>;
    else entries.push(readEntry(name, value, available));
  }
  checkCoverage(entries, available);

  const tensors: Record<string, SafetensorsTensor> = {};
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    // Not bytes.slice: on a Buffer that is a view.
    const copy = new Uint8Array(bytes.subarray(dataStart + entry.begin, dataStart + entry.end)).buffer;
    const data =
      entry.dtype === 'F32'
        ? new Float32Array(copy)
        : entry.dtype === 'F16'
          ? widenHalf(new Uint16Array(copy))
          : widenBfloat16(new Uint16Array(copy));
    tensors[entry.name] = { dtype: entry.dtype, shape: entry.shape, data };
  }
  return { tensors, metadata };
}

function corrupt(fact: string): ItoolError {
  return new ItoolError({
    code: 'corrupt_artifact',
    message: `checkpoint: ${fact}`,
    hint: 'The file is damaged or no safetensors file; fetch or compute it again.',
  });
}

function readHeader(bytes: Uint8Array): { header: Record<string, unknown>; dataStart: number } {
  if (bytes.byteLength < 8) throw corrupt(`file too short for a header: ${bytes.byteLength} bytes`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > MAX_HEADER_BYTES || length > bytes.byteLength - 8)
    throw corrupt(`header longer than the file: ${length} bytes of ${bytes.byteLength - 8}`);
  let header: unknown;
  try {
    header = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset + 8, length).toString('utf8'));
  } catch {
    throw corrupt(`header is no JSON: ${length} bytes`);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) throw corrupt('header is no JSON object');
  return { header: header as Record<string, unknown>, dataStart: 8 + length };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function readEntry(name: string, value: unknown, available: number): Entry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  if (typeof dtype !== 'string' || !Object.hasOwn(BYTES_PER_ELEMENT, dtype))
    throw corrupt(`unknown dtype of ${name}: ${String(dtype)} (${Object.keys(BYTES_PER_ELEMENT).join(', ')})`);
  if (!Array.isArray(shape) || !shape.every(isCount)) throw corrupt(`bad shape of ${name}: ${JSON.stringify(shape)}`);
  const [begin, end] = Array.isArray(offsets) && offsets.length === 2 ? (offsets as unknown[]) : [];
  if (!isCount(begin) || !isCount(end) || begin > end)
    throw corrupt(`bad data_offsets of ${name}: ${JSON.stringify(offsets)}`);
  if (end > available) throw corrupt(`truncated tensor ${name}: data end at ${end}, file holds ${available}`);
  const expected =
    shape.reduce((product, extent) => product * extent, 1) * BYTES_PER_ELEMENT[dtype as SafetensorsDtype];
  if (end - begin !== expected)
    throw corrupt(`size of ${name} does not match its shape [${shape}]: ${end - begin} bytes (${expected})`);
  return { name, dtype: dtype as SafetensorsDtype, shape: shape as number[], begin, end };
}

/** The format demands that tensors cover the data section without overlap and without holes. */
function checkCoverage(entries: readonly Entry[], available: number): void {
  const byPosition = [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const entry of byPosition) {
    if (entry.begin < covered)
      throw corrupt(`overlapping tensor ${entry.name}: begins at ${entry.begin}, covered up to ${covered}`);
    if (entry.begin > covered) throw corrupt(`hole before tensor ${entry.name}: bytes ${covered} .. ${entry.begin}`);
    covered = entry.end;
  }
  if (covered !== available) throw corrupt(`bytes after the last tensor: ${available - covered}`);
}
