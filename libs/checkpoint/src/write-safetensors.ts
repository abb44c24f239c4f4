import { ItoolError } from '@itool/record';
import type { WeightTensor } from './safetensor.ts';

/**
 * Safetensors file of fp32 tensors. Equal content gives equal bytes whatever the insertion order: names and metadata keys are
 * sorted by code unit, data follow in name order without gaps, and the header is padded with spaces so that data start 8-byte
 * aligned. (The Hugging Face writer sorts by dtype first; with one dtype the order is the same.) Little-endian hosts only.
 */
export function writeSafetensors(
  tensors: Readonly<Record<string, WeightTensor>>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array {
  const names = Object.keys(tensors).sort();
  const header: Record<string, unknown> = {};
  if (metadata !== undefined)
    header['__metadata__'] = Object.fromEntries(
      Object.keys(metadata)
        .sort()
        .map((key) => [key, metadata[key]]),
    );
  let offset = 0;
  for (const name of names) {
    const { shape, data } = tensors[name]!;
    const size = shape.reduce((product, extent) => product * extent, 1);
    if (name === '__metadata__' || size !== data.length)
      throw new ItoolError({
        code: 'internal',
        message: `checkpoint: tensor cannot be written: ${name} has shape [${shape}] and ${data.length} values`,
        hint: 'The number of values must be the product of the shape, and __metadata__ is a reserved name.',
      });
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + 4 * size] };
    offset += 4 * size;
  }
  const json = Buffer.from(JSON.stringify(header), 'utf8');
  const headerLength = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerLength + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.set(json, 8);
  bytes.fill(0x20, 8 + json.length, 8 + headerLength);
  let position = 8 + headerLength;
  for (const name of names) {
    const { data } = tensors[name]!;
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return bytes;
}
