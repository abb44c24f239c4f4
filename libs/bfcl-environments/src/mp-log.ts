import { type PyValue, pyRepr } from '@itool/bfcl';
import { lnTwo, lnUnit, pi } from './fixed-point.ts';
import { PyError } from './py-error.ts';
import { bitLength, exactFloat, powerOfTen, roundQuotient } from './py-exact.ts';
import { numberOf } from './py-operators.ts';

/** A binary float of any precision: `mantissa * 2 ** exponent`, or a value without a mantissa. */
type MpFloat = { mantissa: bigint; exponent: number } | 'inf' | '-inf' | 'nan';
type MpResult = { real: MpFloat; imag?: MpFloat };

const ZERO: MpFloat = { mantissa: 0n, exponent: 0 };
/** Digits beyond which a logarithm is not computed; the original would run for minutes. */
const MAX_DIGITS = 20_000;

/** The mantissa rounded to `bits`, ties to even. */
function roundBits(mantissa: bigint, exponent: number, bits: number): MpFloat {
  const magnitude = mantissa < 0n ? -mantissa : mantissa;
  const excess = bitLength(magnitude) - bits;
  if (excess <= 0) return { mantissa, exponent };
  const rounded = roundQuotient(magnitude, 1n << BigInt(excess));
  return { mantissa: mantissa < 0n ? -rounded : rounded, exponent: exponent + excess };
}

function divideMp(a: MpFloat, b: MpFloat, bits: number): MpFloat {
  if (typeof b === 'object' && b.mantissa === 0n) throw new PyError('ZeroDivisionError', '');
  if (a === 'nan' || b === 'nan') return 'nan';
  if (typeof a === 'string') {
    if (typeof b === 'string') return 'nan';
    return (a === 'inf') === b.mantissa > 0n ? 'inf' : '-inf';
  }
  if (typeof b === 'string' || a.mantissa === 0n) return ZERO;
  const negative = a.mantissa < 0n !== b.mantissa < 0n;
  const top = a.mantissa < 0n ? -a.mantissa : a.mantissa;
  const bottom = b.mantissa < 0n ? -b.mantissa : b.mantissa;
  const shift = Math.max(0, bits - bitLength(top) + bitLength(bottom) + 5);
  const scaled = top << BigInt(shift);
  const quotient = ((scaled / bottom) << 1n) | (scaled % bottom === 0n ? 0n : 1n);
  return roundBits(negative ? -quotient : quotient, a.exponent - b.exponent - shift - 1, bits);
}

/** ln of a positive number, rounded to `bits`. */
function logMp(value: { mantissa: bigint; exponent: number }, bits: number): MpFloat {
  const size = bitLength(value.mantissa);
  const scale = value.exponent + size - 1;
  // Near 1 the leading bits of the logarithm cancel: as many more are needed as the argument is long.
  const wide = bits + size + 40;
  const unit = value.mantissa << BigInt(wide - size + 1);
  const sum = lnUnit(unit, wide) + BigInt(scale) * lnTwo(wide);
  return sum === 0n ? ZERO : roundBits(sum, -wide, bits);
}

function fromText(text: string, bits: number): MpFloat | undefined {
  const found = /^\s*([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?\s*$/i.exec(text);
  if (!found || found[2]! + found[3]! === '') return undefined;
  const [, sign, whole, fraction, power] = found;
  const exponent = Number(power ?? 0) - fraction!.length;
  const digits = BigInt(whole! + fraction!) * (sign === '-' ? -1n : 1n);
  if (Math.abs(exponent) > MAX_DIGITS) return undefined;
  if (exponent >= 0) return roundBits(digits * powerOfTen(exponent), 0, bits);
  return divideMp({ mantissa: digits, exponent: 0 }, { mantissa: powerOfTen(-exponent), exponent: 0 }, bits);
}

function toMp(value: PyValue, bits: number): MpFloat {
  const number = numberOf(value);
  if (typeof number === 'bigint') return { mantissa: number, exponent: 0 };
  if (number === undefined) {
    const read = typeof value === 'string' ? fromText(value, bits) : undefined;
    if (read === undefined) throw new PyError('TypeError', `cannot create mpf from ${pyRepr(value)}`);
    return read;
  }
  if (Number.isNaN(number)) return 'nan';
  if (!Number.isFinite(number)) return number > 0 ? 'inf' : '-inf';
  const { mantissa, exponent } = exactFloat(number);
  return { mantissa: number < 0 ? -mantissa : mantissa, exponent };
}

/** mpmath `log(value)`; of a negative number the complex logarithm. */
function log(value: PyValue, bits: number): MpResult {
  const x = toMp(value, bits);
  if (x === 'nan' || x === 'inf') return { real: x };
  if (x === '-inf') return { real: 'inf', imag: roundBits(pi(bits + 40), -(bits + 40), bits) };
  if (x.mantissa === 0n) return { real: '-inf' };
  if (x.mantissa > 0n) return { real: logMp(x, bits) };
  return {
    real: logMp({ mantissa: -x.mantissa, exponent: x.exponent }, bits),
    imag: roundBits(pi(bits + 40), -(bits + 40), bits),
  };
}

type Finite = { mantissa: bigint; exponent: number };

function multiplyMp(a: Finite, b: Finite): Finite {
  return { mantissa: a.mantissa * b.mantissa, exponent: a.exponent + b.exponent };
}

function addMp(a: Finite, b: Finite, bits: number): MpFloat {
  const exponent = Math.min(a.exponent, b.exponent);
  const at = (x: Finite) => x.mantissa << BigInt(x.exponent - exponent);
  return roundBits(at(a) + at(b), exponent, bits);
}

function finite(value: MpFloat | undefined): Finite {
  if (typeof value === 'string') throw new PyError('ValueError', 'complex logarithm of an infinite number');
  return value ?? { mantissa: 0n, exponent: 0 };
}

function divideComplex(z: MpResult, w: MpResult, bits: number): MpResult {
  if (w.imag === undefined) {
    return { real: divideMp(z.real, w.real, bits), imag: divideMp(z.imag ?? ZERO, w.real, bits) };
  }
  const [a, b, c, d] = [finite(z.real), finite(z.imag), finite(w.real), finite(w.imag)];
  const wide = bits + 10;
  const norm = addMp(multiplyMp(c, c), multiplyMp(d, d), wide);
  const negative = multiplyMp(a, d);
  const real = addMp(multiplyMp(a, c), multiplyMp(b, d), wide);
  const imag = addMp(multiplyMp(b, c), { ...negative, mantissa: -negative.mantissa }, wide);
  return { real: divideMp(real, norm, bits), imag: divideMp(imag, norm, bits) };
}

/** Digits and decimal exponent, rounded down; the digits before the point are one. */
function decimalDigits(value: Finite, digits: number): { text: string; exponent: number } {
  const LOG2_10 = Math.log2(10);
  const bits = Math.trunc(digits * LOG2_10) + 10;
  const point = Math.max(bits - value.exponent - bitLength(value.mantissa), 0);
  const decimals = Math.trunc(point / LOG2_10 + 0.5);
  const shift = point + value.exponent;
  const fixed = shift >= 0 ? value.mantissa << BigInt(shift) : value.mantissa >> BigInt(-shift);
  const text = ((fixed * powerOfTen(decimals)) >> BigInt(point)).toString();
  return { text, exponent: text.length - decimals - 1 };
}

/** mpmath `to_str` with as many digits as `repr` shows. */
function printMp(value: MpFloat, digits: number): string {
  if (typeof value === 'string') return value === 'inf' ? '+inf' : value;
  if (value.mantissa === 0n) return '0.0';
  const sign = value.mantissa < 0n ? '-' : '';
  const magnitude = { mantissa: value.mantissa < 0n ? -value.mantissa : value.mantissa, exponent: value.exponent };
  let { text, exponent } = decimalDigits(magnitude, digits + 3);
  if (text.length > digits && '56789'.includes(text[digits]!)) {
    text = (BigInt(text.slice(0, digits)) + 1n).toString();
    if (text.length > digits) {
      exponent++;
      text = text.slice(0, digits);
    }
  } else text = text.slice(0, digits);
  let split = 1;
  if (Math.min(-Math.floor(digits / 3), -5) < exponent && exponent < digits) {
    if (exponent < 0) text = '0'.repeat(-exponent) + text;
    else {
      split = exponent + 1;
      text += '0'.repeat(Math.max(0, split - digits));
    }
    exponent = 0;
  }
  let shown = `${text.slice(0, split)}.${text.slice(split)}`.replace(/0+$/, '');
  if (shown.endsWith('.')) shown += '0';
  if (exponent === 0) return sign + shown;
  return `${sign}${shown}e${exponent > 0 ? '+' : ''}${exponent}`;
}

/** Python `int(value)` as the setter of the precision applies it. */
function precisionOf(value: PyValue): number {
  const number = numberOf(value);
  if (typeof number === 'bigint') return Number(number);
  if (number !== undefined) {
    if (Number.isNaN(number)) throw new PyError('ValueError', 'cannot convert float NaN to integer');
    if (!Number.isFinite(number)) throw new PyError('OverflowError', 'cannot convert float infinity to integer');
    return Math.trunc(number);
  }
  if (typeof value !== 'string') {
    const types = "int() argument must be a string, a bytes-like object or a real number, not '";
    const type = value === null ? 'NoneType' : Array.isArray(value) ? 'list' : (value as { kind: string }).kind;
    throw new PyError('TypeError', `${types}${type}'`);
  }
  if (/^\s*[+-]?\d+\s*$/.test(value)) return Number(value);
  throw new PyError('ValueError', `invalid literal for int() with base 10: ${pyRepr(value)}`);
}

/**
 * `repr(mpmath.log(value) / mpmath.log(base))` with `mp.dps = precision`: `mpf('1.3027')`, or `mpc(...)` when an argument is
 * negative. Raises what mpmath raises.
 */
export function mpLogQuotient(value: PyValue, base: PyValue, precision: PyValue): string {
  const dps = precisionOf(precision);
  if (dps > MAX_DIGITS) throw new PyError('MemoryError', `precision is beyond ${MAX_DIGITS} digits: ${dps}`);
  const bits = Math.max(1, Math.round((dps + 1) * 3.3219280948873626));
  const quotient = (() => {
    const top = log(value, bits);
    const bottom = log(base, bits);
    if (top.imag === undefined && bottom.imag === undefined) return { real: divideMp(top.real, bottom.real, bits) };
    return divideComplex(top, bottom, bits);
  })();
  const shown = Math.max(1, Math.round(bits / 3.3219280948873626 - 1));
  const digits = shown === 15 ? 17 : shown + 3;
  const real = printMp(quotient.real, digits);
  if (!('imag' in quotient) || quotient.imag === undefined) return `mpf('${real}')`;
  return `mpc(real='${real}', imag='${printMp(quotient.imag, digits)}')`;
}
