import { ItoolError } from '@itool/record';
import fc from 'fast-check';
import { widenBfloat16, widenHalf } from './half-float.ts';
import { readSafetensors } from './read-safetensors.ts';
import { writeSafetensors } from './write-safetensors.ts';

function file(header: unknown, data: number): Uint8Array {
  const json = Buffer.from(JSON.stringify(header));
  const bytes = Buffer.alloc(8 + json.length + data);
  bytes.writeBigUInt64LE(BigInt(json.length));
  json.copy(bytes, 8);
  return bytes;
}

describe('safetensors', () => {
  it('writes the byte layout of the format', () => {
    const bytes = Buffer.from(
      writeSafetensors({ b: { shape: [1], data: Float32Array.of(2) }, a: { shape: [], data: Float32Array.of(1) } }),
    );
    const header =
      '{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}';
    const length = Number(bytes.readBigUInt64LE());
    expect(length % 8).toBe(0);
    expect(bytes.subarray(8, 8 + length).toString()).toBe(header.padEnd(length, ' '));
    expect(bytes.readFloatLE(8 + length)).toBe(1);
    expect(bytes.readFloatLE(12 + length)).toBe(2);
    expect(bytes.length).toBe(8 + length + 8);
  });

  it('gives back what was written, and the same bytes in any insertion order', () => {
    const tensor = fc.array(fc.nat({ max: 4 }), { maxLength: 3 }).chain((shape) => {
      const size = shape.reduce((product, extent) => product * extent, 1);
      return fc.record({
        shape: fc.constant(shape),
        data: fc.float32Array({ minLength: size, maxLength: size, noNaN: true }),
      });
    });
    const name = fc
      .string({ minLength: 1, maxLength: 8 })
      .filter((text) => text !== '__metadata__' && text !== '__proto__');
    const metadata = fc.dictionary(name, fc.string(), { noNullPrototype: true });
    fc.assert(
      fc.property(fc.dictionary(name, tensor, { noNullPrototype: true }), metadata, (tensors, about) => {
        const bytes = writeSafetensors(tensors, about);
        const back = readSafetensors(bytes);
        expect(back.metadata).toEqual(about);
        expect(Object.keys(back.tensors).sort()).toEqual(Object.keys(tensors).sort());
        for (const [key, { shape, data }] of Object.entries(tensors)) {
          expect(back.tensors[key]!.shape).toEqual(shape);
          expect(back.tensors[key]!.data).toEqual(data);
        }
        const reversed = Object.fromEntries(Object.entries(tensors).reverse());
        expect(writeSafetensors(reversed, about)).toEqual(bytes);
      }),
    );
  });

  it('reads from an unaligned view and does not alias it', () => {
    const bytes = writeSafetensors({ w: { shape: [2], data: Float32Array.of(1, 2) } });
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    const { tensors } = readSafetensors(shifted.subarray(1));
    shifted.fill(0);
    expect([...tensors['w']!.data]).toEqual([1, 2]);
  });

  it('widens half and bfloat16 exactly', () => {
    expect([...widenHalf(Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0001, 0x03ff, 0x7c00, 0x8000))]).toEqual([
      1,
      -2,
      65504,
      2 ** -24,
      1023 * 2 ** -24,
      Number.POSITIVE_INFINITY,
      -0,
    ]);
    expect([...widenHalf(Uint16Array.of(0x7e00))]).toEqual([Number.NaN]);
    expect([...widenBfloat16(Uint16Array.of(0x3f80, 0xc049, 0xff80))]).toEqual([
      1,
      -3.140625,
      Number.NEGATIVE_INFINITY,
    ]);
    const bytes = file(
      { h: { dtype: 'F16', shape: [1], data_offsets: [0, 2] }, b: { dtype: 'BF16', shape: [1], data_offsets: [2, 4] } },
      4,
    );
    bytes.set([0x00, 0x3c, 0x80, 0x3f], bytes.length - 4);
    const { tensors } = readSafetensors(bytes);
    expect([tensors['h']!.data[0], tensors['b']!.data[0], tensors['b']!.dtype]).toEqual([1, 1, 'BF16']);
  });

  const f32 = (begin: number, end: number) => ({
    dtype: 'F32',
    shape: [(end - begin) / 4],
    data_offsets: [begin, end],
  });
  it.each([
    ['truncated', file({ weight: f32(0, 8) }, 4), 'truncated tensor weight: data end at 8, file holds 4'],
    ['overlapping', file({ a: f32(0, 8), weight: f32(4, 12) }, 12), 'overlapping tensor weight: begins at 4'],
    ['hole', file({ a: f32(0, 4), weight: f32(8, 12) }, 12), 'hole before tensor weight'],
    ['dtype', file({ weight: { ...f32(0, 8), dtype: 'I8' } }, 8), 'unknown dtype of weight: I8 (F32, F16, BF16)'],
    ['shape', file({ weight: { ...f32(0, 8), shape: [3] } }, 8), 'size of weight does not match its shape [3]'],
    ['trailing', file({ a: f32(0, 4) }, 6), 'bytes after the last tensor: 2'],
    ['no header', Uint8Array.of(1, 2), 'file too short'],
    ['other file', Buffer.from('PK-archive-of-something'), 'header longer than the file'],
  ])('refuses a damaged file: %s', (_name, bytes, message) => {
    const read = () => readSafetensors(bytes);
    expect(read).toThrow(ItoolError);
    expect(read).toThrow(message);
  });
});
