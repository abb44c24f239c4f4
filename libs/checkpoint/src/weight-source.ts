import { ItoolError } from '@itool/record';
import { type SafetensorsDtype, sizeOf, type WeightTensor } from './safetensor.ts';

/**
 * Named weights that are read piece by piece, so that a model never has to lie in memory as a whole: files of a folder, tensors on the
 * host, or either with an adapter added while it is read.
 */
export type WeightSource = {
  tensors: Readonly<Record<string, { shape: number[]; dtype: SafetensorsDtype }>>;
  /**
   * Elements [from, to) of a tensor in row-major order, widened to fp32; all of it without a range. They come in `into` (of that length) when
   * it is given, else in a new array.
   */
  read: (name: string, from?: number, to?: number, into?: Float32Array) => Float32Array;
};

/** Weights that are on the host already. */
export function weightsInMemory(weights: Readonly<Record<string, WeightTensor>>): WeightSource {
  return {
    tensors: Object.fromEntries(
      Object.entries(weights).map(([name, { shape }]) => [name, { shape, dtype: 'F32' as const }]),
    ),
    read: (name, from, to, into) => {
      const { data } = needTensor(weights, name);
      if (into === undefined) return data.slice(from, to);
      into.set(data.subarray(from, to));
      return into;
    },
  };
}

/** All tensors of a source on the host. For what is small: adapters, miniatures, tests. */
export function readAll(source: WeightSource): Record<string, WeightTensor> {
  return Object.fromEntries(
    Object.entries(source.tensors).map(([name, { shape }]) => [name, { shape, data: source.read(name) }]),
  );
}

/** The tensor in pieces of `elements` (the last may be shorter), in order, each valid until the next is asked for. */
export function* readPieces(source: WeightSource, name: string, elements: number): Generator<Float32Array> {
  const size = sizeOf(needTensor(source.tensors, name).shape);
  const piece = new Float32Array(Math.min(size, elements));
  for (let from = 0; from < size; from += elements) {
    const to = Math.min(size, from + elements);
    yield source.read(name, from, to, piece.subarray(0, to - from));
  }
}

/** @throws ItoolError `bad_data` when there is no tensor of that name */
export function needTensor<T>(tensors: Readonly<Record<string, T>>, name: string): T {
  if (Object.hasOwn(tensors, name)) return tensors[name]!;
  throw new ItoolError({
    code: 'bad_data',
    message: `checkpoint: there is no tensor of that name: ${name} (${Object.keys(tensors).length} others)`,
  });
}
