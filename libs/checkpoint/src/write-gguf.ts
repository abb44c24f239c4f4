import fs from 'node:fs';
import { ItoolError } from '@itool/record';
import { narrow, narrowHalf } from './half-float.ts';
import { sizeOf } from './safetensor.ts';

/** Number types by their number in the format, with bytes per block and numbers per block. */
const TYPES = {
  F32: { id: 0, bytes: 4, block: 1 },
  F16: { id: 1, bytes: 2, block: 1 },
  Q8_0: { id: 8, bytes: 34, block: 32 },
  BF16: { id: 30, bytes: 2, block: 1 },
} as const;

export type GgufType = keyof typeof TYPES;

/** A metadata value with its type in the format: JSON alone does not tell an id from a frequency. */
export type GgufValue =
  | { type: 'u32' | 'i32' | 'f32'; value: number }
  | { type: 'bool'; value: boolean }
  | { type: 'string'; value: string }
  | { type: 'i32s'; value: readonly number[] }
  | { type: 'strings'; value: readonly string[] };

/** `shape` as in safetensors, outermost first. `pieces` give the numbers in order, each a whole number of rows. */
export type GgufTensor = {
  name: string;
  shape: readonly number[];
  type: GgufType;
  pieces: () => Iterable<Float32Array>;
};

const ALIGNMENT = 32;

/**
 * Writes a GGUF file, version 3 (ggml docs/gguf.md), tensor by tensor. Q8_0: blocks of 32 numbers of a row, each d = absmax/127 in F16 and 32
 * signed bytes round(x/d), ties away from zero as in ggml's quantize_row_q8_0_ref. Little-endian hosts only.
 *
 * @throws ItoolError `bad_data` for a Q8_0 tensor whose rows are no multiple of 32
 */
export function writeGguf(
  path: string,
  metadata: Readonly<Record<string, GgufValue>>,
  tensors: readonly GgufTensor[],
): void {
  const parts: Uint8Array[] = [
    Buffer.from('GGUF'),
    u32(3),
    u64(tensors.length),
    u64(Object.keys(metadata).length),
    ...Object.entries(metadata).flatMap(([key, value]) => [text(key), ...encoded(value)]),
  ];
  let offset = 0;
  for (const { name, shape, type } of tensors) {
    const dimensions = [...shape].reverse();
    parts.push(text(name), u32(shape.length), ...dimensions.map(u64), u32(TYPES[type].id), u64(offset));
    offset += padded(bytesOf(name, shape, type));
  }
  const head = Buffer.concat(parts);
  const file = fs.openSync(path, 'w');
  try {
    fs.writeFileSync(file, head);
    fs.writeFileSync(file, new Uint8Array(padded(head.length) - head.length));
    for (const { name, shape, type, pieces } of tensors) {
      for (const piece of pieces()) fs.writeFileSync(file, type === 'Q8_0' ? quantised(piece) : narrow(piece, type));
      const size = bytesOf(name, shape, type);
      fs.writeFileSync(file, new Uint8Array(padded(size) - size));
    }
  } finally {
    fs.closeSync(file);
  }
}

function bytesOf(name: string, shape: readonly number[], type: GgufType): number {
  const { bytes, block } = TYPES[type];
  if ((shape.at(-1) ?? 1) % block !== 0)
    throw new ItoolError({
      code: 'bad_data',
      message: `checkpoint: rows of ${name} are no multiple of ${block}, as ${type} needs: [${shape}]`,
      hint: 'Export it as F16 or BF16.',
    });
  return (sizeOf(shape) / block) * bytes;
}

function quantised(values: Float32Array): Uint8Array {
  const blocks = values.length / 32;
  const bytes = new Uint8Array(blocks * 34);
  const scales = new Float32Array(blocks);
  for (let b = 0; b < blocks; b++) {
    let largest = 0;
    for (let i = 0; i < 32; i++) largest = Math.max(largest, Math.abs(values[32 * b + i]!));
    const scale = Math.fround(largest / 127);
    const inverse = scale === 0 ? 0 : Math.fround(1 / scale);
    scales[b] = scale;
    for (let i = 0; i < 32; i++) {
      const x = Math.fround(values[32 * b + i]! * inverse);
      bytes[34 * b + 2 + i] = Math.sign(x) * Math.floor(Math.abs(x) + 0.5);
    }
  }
  const halves = narrowHalf(scales);
  for (let b = 0; b < blocks; b++) {
    bytes[34 * b] = halves[b]! & 0xff;
    bytes[34 * b + 1] = halves[b]! >>> 8;
  }
  return bytes;
}

function encoded(entry: GgufValue): Uint8Array[] {
  switch (entry.type) {
    case 'u32':
      return [u32(4), u32(entry.value)];
    case 'i32':
      return [u32(5), i32(entry.value)];
    case 'f32':
      return [u32(6), f32(entry.value)];
    case 'bool':
      return [u32(7), Uint8Array.of(entry.value ? 1 : 0)];
    case 'string':
      return [u32(8), text(entry.value)];
    case 'i32s':
      return [u32(9), u32(5), u64(entry.value.length), ...entry.value.map(i32)];
    case 'strings':
      return [u32(9), u32(8), u64(entry.value.length), ...entry.value.map(text)];
  }
}

function padded(size: number): number {
  return Math.ceil(size / ALIGNMENT) * ALIGNMENT;
}

function u32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}

function i32(value: number): Uint8Array {
  return new Uint8Array(Int32Array.of(value).buffer);
}

function f32(value: number): Uint8Array {
  return new Uint8Array(Float32Array.of(value).buffer);
}

function u64(value: number): Uint8Array {
  return new Uint8Array(BigUint64Array.of(BigInt(value)).buffer);
}

function text(value: string): Uint8Array {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([u64(bytes.length), bytes]);
}
