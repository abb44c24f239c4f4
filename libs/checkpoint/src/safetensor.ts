/** One named array of a checkpoint. Row-major; `data.length` is the product of `shape` (1 for a scalar, shape []). */
export type WeightTensor = { shape: number[]; data: Float32Array };

/** A WeightTensor together with the type it had in the file. `data` is always widened to fp32. */
export type SafetensorsTensor = WeightTensor & { dtype: SafetensorsDtype };

/** The types that model and adapter files are read and written in. */
export type SafetensorsDtype = 'F32' | 'F16' | 'BF16';

export const BYTES_PER_ELEMENT: Record<SafetensorsDtype, number> = { F32: 4, F16: 2, BF16: 2 };

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}
