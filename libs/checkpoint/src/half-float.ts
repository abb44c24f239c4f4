/** Widens IEEE binary16 bit patterns to fp32, exactly (subnormals, infinities and NaN included). */
export function widenHalf(bits: Uint16Array): Float32Array {
  const words = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) {
    const half = bits[i]!;
    const sign = (half & 0x8000) << 16;
    const exponent = (half >>> 10) & 0x1f;
    let mantissa = half & 0x3ff;
    if (exponent === 0x1f) words[i] = sign | 0x7f800000 | (mantissa << 13);
    else if (exponent !== 0) words[i] = sign | ((exponent + 112) << 23) | (mantissa << 13);
    else if (mantissa === 0) words[i] = sign;
    else {
      // Subnormal half = mantissa x 2^-24: normal in fp32 once the leading one is shifted out.
      let shift = 0;
      while ((mantissa & 0x400) === 0) {
        mantissa <<= 1;
        shift++;
      }
      words[i] = sign | ((113 - shift) << 23) | ((mantissa & 0x3ff) << 13);
    }
  }
  return new Float32Array(words.buffer);
}

/** Widens bfloat16 bit patterns (the upper half of an fp32) to fp32, exactly. */
export function widenBfloat16(bits: Uint16Array): Float32Array {
  const words = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) words[i] = bits[i]! << 16;
  return new Float32Array(words.buffer);
}
