import { widenBfloat16, widenHalf } from './half-float.ts';
import type { SafetensorsDtype, SafetensorsTensor } from './safetensor.ts';
import { parseSafetensorsHeader } from './safetensors-header.ts';

/**
 * Tensors (widened to fp32, copied out of `bytes`) and metadata of a safetensors file in memory. Names come back sorted. Errors are those
 * of `parseSafetensorsHeader`.
 */
export function readSafetensors(bytes: Uint8Array): {
  tensors: Record<string, SafetensorsTensor>;
  metadata: Record<string, string>;
} {
  const header = parseSafetensorsHeader(bytes.byteLength, (from, to) => bytes.subarray(from, to));
  const tensors = [...header.entries.values()].map(
    ({ name, dtype, shape, begin, end }): [string, SafetensorsTensor] => {
      const data = new Float32Array(bytesToElements(end - begin, dtype));
      widenBytes(bytes.subarray(header.data_start + begin, header.data_start + end), dtype, data);
      return [name, { dtype, shape, data }];
    },
  );
  return { tensors: Object.fromEntries(tensors), metadata: header.metadata };
}

export function bytesToElements(bytes: number, dtype: SafetensorsDtype): number {
  return dtype === 'F32' ? bytes / 4 : bytes / 2;
}

/** Bytes of a file, at any alignment, as fp32 into `out`. */
export function widenBytes(bytes: Uint8Array, dtype: SafetensorsDtype, out: Float32Array): void {
  if (dtype === 'F32') {
    new Uint8Array(out.buffer, out.byteOffset, out.byteLength).set(bytes);
    return;
  }
  // Not bytes.slice: on a Buffer that is a view.
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : new Uint8Array(bytes);
  const bits = new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 2);
  if (dtype === 'F16') widenHalf(bits, out);
  else widenBfloat16(bits, out);
}
