import { writeFileSync } from 'node:fs';
import { openSafetensors, readSafetensors, sizeOf, writeSafetensors } from '@itool/checkpoint';
import { type RandomStream, randomStream } from '@itool/random';
import { ItoolError } from '@itool/record';

/** What became of damaged files. `read` counts those whose damage changes only values or metadata. */
export type FuzzResult = {
  refused: number;
  read: number;
  /** What should not be: another error than the one for damaged files, tensors larger than their file, other data than the file's. */
  wrong: string[];
  /** Most bytes of tensors that one file gave, over its size. */
  largest_share: number;
};

/**
 * Damages a valid file in `mutations` ways and reads each one, from memory and from `path`. The ways: flipped, overwritten, inserted and
 * removed bytes, wrong header lengths, truncation, and headers whose JSON is rewritten with wrong types, offsets, shapes and names.
 */
export function fuzzSafetensors(options: { mutations: number; seed: number; path: string }): FuzzResult {
  const result: FuzzResult = { refused: 0, read: 0, wrong: [], largest_share: 0 };
  const valid = writeSafetensors(
    Object.fromEntries(
      ['a', 'b.weight', 'c.weight'].map((name, i) => [
        name,
        { shape: [i + 1, 4], data: Float32Array.from({ length: 4 * (i + 1) }, (_, j) => j) },
      ]),
    ),
    { format: 'pt' },
  );
  for (let n = 0; n < options.mutations; n++) {
    const bytes = mutate(valid, randomStream(options.seed, 'safetensors-fuzz', n));
    writeFileSync(options.path, bytes);
    const seen = [
      outcome(() => Object.values(readSafetensors(bytes).tensors)),
      outcome(() => {
        const file = openSafetensors(options.path, 'fuzz');
        return Object.entries(file.tensors).map(([name, { shape }]) => ({ shape, data: file.read(name) }));
      }),
    ];
    const told = seen.map((one) => (typeof one === 'string' ? one : `tensors of ${one} bytes`));
    if (told[0] !== told[1]) result.wrong.push(`mutation ${n}: ${told.join(' from memory, but from the file ')}`);
    const [first] = seen;
    if (typeof first === 'number') {
      result.read++;
      result.largest_share = Math.max(result.largest_share, first / bytes.length);
      if (first > bytes.length) result.wrong.push(`mutation ${n}: ${told[0]} from a file of ${bytes.length}`);
    } else if (first!.startsWith('checkpoint: ') && first!.length < 1000) result.refused++;
    else result.wrong.push(`mutation ${n}: ${first!.slice(0, 500)}`);
  }
  return result;
}

/** Bytes of the tensors, or what the error says. */
function outcome(read: () => { shape: number[]; data: Float32Array }[]): number | string {
  try {
    const tensors = read();
    if (tensors.some(({ shape, data }) => sizeOf(shape) !== data.length)) return 'data of another size than the shape';
    return tensors.reduce((sum, { data }) => sum + data.byteLength, 0);
  } catch (error) {
    if (error instanceof ItoolError && error.code === 'corrupt_artifact') return error.message;
    return `thrown: ${String(error)}`;
  }
}

function mutate(valid: Uint8Array, stream: RandomStream): Uint8Array {
  let bytes = Buffer.from(valid);
  const below = (limit: number) => Math.floor(stream.uniform() * limit);
  const headerEnd = 8 + Number(bytes.readBigUInt64LE());
  const times = 1 + below(3);
  for (let i = 0; i < times; i++) {
    const at = below(stream.uniform() < 0.8 ? Math.min(headerEnd, bytes.length) : bytes.length);
    const ways = [
      () => bytes.length > 0 && bytes.writeUInt8(bytes[at]! ^ (1 << below(8)), at),
      () => bytes.length > 0 && bytes.writeUInt8(below(256), at),
      () => {
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.alloc(1 + below(16), below(256)), bytes.subarray(at)]);
      },
      () => {
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(16))]);
      },
      () => {
        bytes = bytes.subarray(0, below(bytes.length + 1));
      },
      () => bytes.length >= 8 && bytes.writeBigUInt64LE(LENGTHS[below(LENGTHS.length)]!(bytes.length)),
      () => {
        bytes = rewriteHeader(bytes, below);
      },
      () => {
        bytes = rewriteHeader(bytes, below);
      },
    ];
    ways[below(ways.length)]!();
  }
  return bytes;
}

const LENGTHS: readonly ((size: number) => bigint)[] = [
  () => 0n,
  () => 1n,
  (size) => BigInt(Math.max(0, size - 8)),
  (size) => BigInt(size),
  () => 100_000_001n,
  () => 1n << 53n,
  () => (1n << 64n) - 1n,
];

const VALUES: readonly unknown[] = [
  null,
  0,
  -1,
  0.5,
  1e308,
  2 ** 53,
  2 ** 31,
  4_000_000_000_000,
  '',
  'F64',
  'I8',
  'BF16',
  'F16',
  [],
  {},
  [0, 4],
  [4, 0],
  [0, 1e15],
  [-4, 4],
  [2 ** 40, 2 ** 40, 2 ** 40],
  new Array(50).fill(1),
  'x'.repeat(5000),
];

/** Replaces one member somewhere in the header by another value, or adds a tensor; the length in front is made right again. */
function rewriteHeader(bytes: Buffer, below: (limit: number) => number): Buffer<ArrayBuffer> {
  let header: Record<string, unknown>;
  const length = bytes.length < 8 ? 0 : Number(bytes.readBigUInt64LE());
  try {
    header = JSON.parse(bytes.subarray(8, 8 + length).toString()) as Record<string, unknown>;
  } catch {
    return Buffer.from(bytes);
  }
  const value = VALUES[below(VALUES.length)];
  const names = Object.keys(header);
  const name = names[below(names.length)] ?? 'a';
  const entry = header[name];
  const keys = typeof entry === 'object' && entry !== null ? Object.keys(entry) : [];
  const kind = below(5);
  if (kind === 0) header[name] = value;
  else if (kind === 1) header[['__proto__', 'constructor', 'new', '__metadata__'][below(4)]!] = entry;
  else if (kind === 2) delete header[name];
  else if (keys.length > 0) (entry as Record<string, unknown>)[keys[below(keys.length)]!] = value;
  const json = Buffer.from(JSON.stringify(header));
  const front = Buffer.alloc(8);
  front.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([front, json, bytes.subarray(8 + length)]);
}
