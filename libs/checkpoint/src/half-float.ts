import type { SafetensorsDtype } from './safetensor.ts';

let halves: Uint32Array | undefined;

/** Widens IEEE binary16 bit patterns to fp32, exactly (subnormals, infinities and NaN included). */
export function widenHalf(bits: Uint16Array, out: Float32Array = new Float32Array(bits.length)): Float32Array {
  const words = new Uint32Array(out.buffer, out.byteOffset, bits.length);
  halves ??= Uint32Array.from({ length: 0x10000 }, (_, half) => widenedHalf(half));
  for (let i = 0; i < bits.length; i++) words[i] = halves[bits[i]!]!;
  return out;
}

/** Widens bfloat16 bit patterns (the upper half of an fp32) to fp32, exactly. */
export function widenBfloat16(bits: Uint16Array, out: Float32Array = new Float32Array(bits.length)): Float32Array {
  const words = new Uint32Array(out.buffer, out.byteOffset, bits.length);
  for (let i = 0; i < bits.length; i++) words[i] = bits[i]! << 16;
  return out;
}

/** Rounds fp32 to the nearest binary16, ties to even; what is too large becomes infinite, NaN stays NaN. */
export function narrowHalf(values: Float32Array): Uint16Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const bits = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) bits[i] = narrowedHalf(words[i]!);
  return bits;
}

/** Rounds fp32 to the nearest bfloat16, ties to even; NaN stays NaN. */
export function narrowBfloat16(values: Float32Array): Uint16Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const bits = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) {
    const word = words[i]!;
    const isNan = (word & 0x7fffffff) > 0x7f800000;
    bits[i] = isNan ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  }
  return bits;
}

/** Values in the byte form of a type. For F32 a view of `values`, no copy. */
export function narrow(values: Float32Array, dtype: SafetensorsDtype): Uint8Array {
  const bits = dtype === 'F32' ? values : dtype === 'F16' ? narrowHalf(values) : narrowBfloat16(values);
  return new Uint8Array(bits.buffer, bits.byteOffset, bits.byteLength);
}

function widenedHalf(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 0x1f;
  let mantissa = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (mantissa << 13);
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (mantissa << 13);
  if (mantissa === 0) return sign;
  // Subnormal half = mantissa x 2^-24: normal in fp32 once the leading one is shifted out.
  let shift = 0;
  while ((mantissa & 0x400) === 0) {
    mantissa <<= 1;
    shift++;
  }
  return sign | ((113 - shift) << 23) | ((mantissa & 0x3ff) << 13);
}

function narrowedHalf(word: number): number {
  const sign = (word >>> 16) & 0x8000;
  const exponent = (word >>> 23) & 0xff;
  const mantissa = word & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (mantissa === 0 ? 0 : 0x200 | (mantissa >>> 13));
  // Below 2^-25 everything rounds to zero; 2^-25 itself ties to the even zero.
  if (exponent < 102) return sign;
  if (exponent < 113) return sign | rounded(mantissa | 0x800000, 126 - exponent);
  // A carry out of the mantissa raises the exponent, at the top to infinity, as it should.
  return Math.min(0x7c00, rounded(((exponent - 112) << 23) | mantissa, 13)) | sign;
}

/** bits / 2^shift, ties to even; shift at most 24. */
function rounded(bits: number, shift: number): number {
  const kept = bits >>> shift;
  const rest = bits & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept;
}
