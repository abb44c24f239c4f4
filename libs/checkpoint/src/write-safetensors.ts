import fs from 'node:fs';
import { ItoolError } from '@itool/record';
import { narrow } from './half-float.ts';
import { BYTES_PER_ELEMENT, type SafetensorsDtype, sizeOf, type WeightTensor } from './safetensor.ts';
import { readPieces, type WeightSource } from './weight-source.ts';

/** Elements that are converted at once. */
const PIECE = 1 << 20;

/**
 * Safetensors file of fp32 tensors. Equal content gives equal bytes whatever the insertion order: names and metadata keys are
 * sorted by code unit, data follow in name order without gaps, and the header is padded with spaces so that data start 8-byte
 * aligned. (The Hugging Face writer sorts by dtype first; with one dtype the order is the same.) Little-endian hosts only.
 */
export function writeSafetensors(
  tensors: Readonly<Record<string, WeightTensor>>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array {
  for (const [name, { shape, data }] of Object.entries(tensors))
    if (sizeOf(shape) !== data.length)
      throw unwritable(
        `${name} has shape [${shape}] and ${data.length} values`,
        'The number of values must be the product of the shape.',
      );
  const { header, names, size } = layOut(
    Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, { shape, dtype: 'F32' }])),
    metadata,
  );
  const bytes = new Uint8Array(header.length + size);
  bytes.set(header);
  let position = header.length;
  for (const name of names) {
    const { data } = tensors[name]!;
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return bytes;
}

/**
 * The same for a source that is too large for memory: tensors are read and written piece by piece, rounded to `dtype` (each in its own
 * type when it is left out).
 */
export function writeSafetensorsFile(
  path: string,
  source: WeightSource,
  options: { names?: readonly string[]; dtype?: SafetensorsDtype; metadata?: Readonly<Record<string, string>> } = {},
): void {
  const chosen = options.names ?? Object.keys(source.tensors);
  const forms = Object.fromEntries(
    chosen.map((name) => {
      const { shape, dtype } = source.tensors[name]!;
      return [name, { shape, dtype: options.dtype ?? dtype }];
    }),
  );
  const { header, names } = layOut(forms, options.metadata);
  const file = fs.openSync(path, 'w');
  try {
    fs.writeFileSync(file, header);
    for (const name of names)
      for (const data of readPieces(source, name, PIECE)) fs.writeFileSync(file, narrow(data, forms[name]!.dtype));
  } finally {
    fs.closeSync(file);
  }
}

type Form = { shape: readonly number[]; dtype: SafetensorsDtype };

function layOut(
  forms: Readonly<Record<string, Form>>,
  metadata: Readonly<Record<string, string>> | undefined,
): { header: Uint8Array; names: string[]; size: number } {
  const names = Object.keys(forms).sort();
  const entries: [string, unknown][] = [];
  if (metadata !== undefined)
    entries.push([
      '__metadata__',
      Object.fromEntries(
        Object.keys(metadata)
          .sort()
          .map((key) => [key, metadata[key]]),
      ),
    ]);
  let offset = 0;
  for (const name of names) {
    if (name === '__metadata__') throw unwritable(name, 'This is a reserved name.');
    const { shape, dtype } = forms[name]!;
    const end = offset + sizeOf(shape) * BYTES_PER_ELEMENT[dtype];
    entries.push([name, { dtype, shape, data_offsets: [offset, end] }]);
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)), 'utf8');
  const length = Math.ceil(json.length / 8) * 8;
  const header = new Uint8Array(8 + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(json, 8);
  return { header, names, size: offset };
}

function unwritable(fact: string, hint: string): ItoolError {
  return new ItoolError({ code: 'internal', message: `checkpoint: tensor cannot be written: ${fact}`, hint });
}
