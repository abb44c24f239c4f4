/**
 * A vector in NF4 with double quantisation (Dettmers et al. 2023, QLoRA, section 3), in blocks of 64 numbers. The arithmetic is that of
 * native/src/nf4.cc, operation by operation, so both give the same bits.
 */
export interface Nf4 {
  count: number;
  /** two codes per byte, the first number in the high nibble */
  codes: Uint8Array;
  /** code of each block's largest magnitude in DYNAMIC_MAP */
  absmax_codes: Uint8Array;
  /** per 256 blocks */
  absmax_scales: Float32Array;
  absmax_offset: number;
}

const BLOCK = 64;
const GROUP = 256;

/** Quantiles of the normal distribution, with an exact 0 (QLoRA, appendix E). */
export const NF4_LEVELS = Float32Array.of(
  -1,
  -0.6961928009986877,
  -0.5250730514526367,
  -0.39491748809814453,
  -0.28444138169288635,
  -0.18477343022823334,
  -0.09105003625154495,
  0,
  0.07958029955625534,
  0.16093020141124725,
  0.24611230194568634,
  0.33791524171829224,
  0.44070982933044434,
  0.5626170039176941,
  0.7229568362236023,
  1,
);

/** Signed dynamic 8-bit map: for i = 0..6 the midpoints of 2^i + 1 even points from 0.1 to 1, times 10^(i-6), with both signs; 0 and 1. */
export const DYNAMIC_MAP: Float32Array = dynamicMap();

function dynamicMap(): Float32Array {
  const values = [0, 1];
  for (let i = 0; i < 7; i++) {
    const parts = 2 ** i;
    for (let j = 0; j < parts; j++) {
      let value = (0.1 + (0.9 * j) / parts + (0.1 + (0.9 * (j + 1)) / parts)) / 2;
      for (let power = i; power < 6; power++) value /= 10;
      values.push(value, -value);
    }
  }
  return Float32Array.from(values).sort();
}

export function nf4Quantised(values: Float32Array): Nf4 {
  const blocks = Math.ceil(values.length / BLOCK);
  const codes = new Uint8Array(Math.ceil(values.length / 2));
  const absmax = new Float32Array(blocks);
  let sum = 0;
  for (let b = 0; b < blocks; b++) {
    const end = Math.min(values.length, (b + 1) * BLOCK);
    let largest = 0;
    for (let i = b * BLOCK; i < end; i++) largest = Math.max(largest, Math.abs(values[i]!));
    absmax[b] = largest;
    sum += largest;
    for (let i = b * BLOCK; i < end; i++) {
      const code = largest === 0 ? 7 : nearestIndex(NF4_LEVELS, Math.fround(values[i]! / largest));
      codes[i >> 1]! |= i % 2 === 0 ? code << 4 : code;
    }
  }
  const absmax_offset = blocks === 0 ? 0 : Math.fround(sum / blocks);
  const absmax_scales = new Float32Array(Math.ceil(blocks / GROUP));
  const absmax_codes = new Uint8Array(blocks);
  for (let g = 0; g < absmax_scales.length; g++) {
    const end = Math.min(blocks, (g + 1) * GROUP);
    for (let b = g * GROUP; b < end; b++)
      absmax_scales[g] = Math.max(absmax_scales[g]!, Math.abs(Math.fround(absmax[b]! - absmax_offset)));
    const scale = absmax_scales[g]!;
    for (let b = g * GROUP; b < end; b++) {
      const part = scale === 0 ? 0 : Math.fround(Math.fround(absmax[b]! - absmax_offset) / scale);
      absmax_codes[b] = nearestIndex(DYNAMIC_MAP, part);
    }
  }
  return { count: values.length, codes, absmax_codes, absmax_scales, absmax_offset };
}

export function nf4Dequantised({ count, codes, absmax_codes, absmax_scales, absmax_offset }: Nf4): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const block = Math.floor(i / BLOCK);
    const coded = Math.fround(DYNAMIC_MAP[absmax_codes[block]!]! * absmax_scales[Math.floor(block / GROUP)]!);
    const byte = codes[i >> 1]!;
    values[i] = NF4_LEVELS[i % 2 === 0 ? byte >> 4 : byte & 15]! * Math.fround(coded + absmax_offset);
  }
  return values;
}

/** Index of the value nearest to x; the lower of two equally near. */
function nearestIndex(ascending: Float32Array, x: number): number {
  let above = 0;
  for (let high = ascending.length; above < high; ) {
    const middle = (above + high) >> 1;
    if (ascending[middle]! < x) above = middle + 1;
    else high = middle;
  }
  if (above === 0) return 0;
  if (above === ascending.length) return above - 1;
  return x - ascending[above - 1]! <= ascending[above]! - x ? above - 1 : above;
}
