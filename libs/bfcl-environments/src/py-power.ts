import type { PyValue } from '@itool/bfcl';
import { expUnit, lnTwo, lnUnit } from './fixed-point.ts';
import { PyError } from './py-error.ts';
import { bitLength, exactFloat, nearestFloat } from './py-exact.ts';

/** Working bits of a power: far beyond the 53 of the result, so that it is rounded once. */
const BITS = 192;
/** Integers of more bits have more than 4300 digits, and Python refuses to print them. */
const PRINTABLE_BITS = 20_000;

/** The error with which Python refuses to print an int of more than 4300 digits. */
export function tooManyDigits(): PyError {
  const limit = 'Exceeds the limit (4300 digits) for integer string conversion';
  return new PyError('ValueError', `${limit}; use sys.set_int_max_str_digits() to increase the limit`);
}

/** Python `base ** exponent` of ints; a result that could not be printed raises the error of printing it. */
export function integerPower(base: bigint, exponent: bigint): PyValue {
  if (exponent < 0n) return floatPower(Number(base), Number(exponent));
  const magnitude = base < 0n ? -base : base;
  if (magnitude > 1n && exponent * BigInt(bitLength(magnitude) - 1) > BigInt(PRINTABLE_BITS)) throw tooManyDigits();
  if (magnitude <= 1n) return exponent === 0n ? 1n : base < 0n && exponent % 2n === 0n ? magnitude : base;
  let result = 1n;
  for (let i = 0n; i < exponent; i++) result *= base;
  return result;
}

function overflow(): never {
  throw new PyError('OverflowError', "(34, 'Numerical result out of range')");
}

/** `base ** exponent` for a positive finite base other than 1 and a finite exponent other than 0, rounded to nearest. */
function positivePower(base: number, exponent: number): number {
  const { mantissa, exponent: scale } = exactFloat(base);
  const bits = bitLength(mantissa);
  const unit = mantissa << BigInt(BITS - bits + 1);
  const log = lnUnit(unit, BITS) + BigInt(scale + bits - 1) * lnTwo(BITS);
  const power = exactFloat(exponent);
  let product = log * power.mantissa * (exponent < 0 ? -1n : 1n);
  product = power.exponent >= 0 ? product << BigInt(power.exponent) : product >> BigInt(-power.exponent);
  const two = lnTwo(BITS);
  const floor = product / two - (product % two < 0n ? 1n : 0n);
  if (floor > 1100n) return overflow();
  if (floor < -1200n) return 0;
  const result = expUnit(product - floor * two, BITS);
  const up = floor >= 0n;
  const value = nearestFloat(up ? result << floor : result, 1n << BigInt(BITS + (up ? 0 : Number(-floor))));
  return Number.isFinite(value) ? value : overflow();
}

/** Small whole exponents exactly, so that ties round as they must. */
function wholePower(base: number, exponent: number): number {
  const { mantissa, exponent: scale } = exactFloat(base);
  let numerator = 1n;
  for (let i = 0; i < Math.abs(exponent); i++) numerator *= mantissa;
  const shift = scale * exponent;
  const inverse = exponent < 0;
  const top = (inverse ? 1n : numerator) << BigInt(Math.max(shift, 0));
  const bottom = (inverse ? numerator : 1n) << BigInt(Math.max(-shift, 0));
  const value = nearestFloat(top, bottom);
  return Number.isFinite(value) ? value : overflow();
}

/** C's rules for infinite and missing operands. */
function limitPower(base: number, exponent: number): number {
  if (Number.isNaN(base) || Number.isNaN(exponent)) return Number.NaN;
  const odd = Number.isFinite(exponent) && Math.abs(exponent % 2) === 1;
  if (!Number.isFinite(exponent)) {
    const magnitude = Math.abs(base);
    if (magnitude === 1) return 1;
    return magnitude > 1 === exponent > 0 ? Number.POSITIVE_INFINITY : 0;
  }
  const magnitude = exponent > 0 ? Number.POSITIVE_INFINITY : 0;
  return base < 0 && odd ? -magnitude : magnitude;
}

/** Python `base ** exponent` of floats; a negative base with a fraction as exponent gives a complex number. */
export function floatPower(base: number, exponent: number): PyValue {
  if (exponent === 0 || base === 1) return 1;
  if (!Number.isFinite(base) || !Number.isFinite(exponent)) return limitPower(base, exponent);
  const odd = Math.abs(exponent % 2) === 1;
  if (base === 0) {
    if (exponent < 0) throw new PyError('ZeroDivisionError', '0.0 cannot be raised to a negative power');
    return odd ? base : 0;
  }
  const magnitude = Math.abs(base);
  const whole = Number.isInteger(exponent);
  const power =
    magnitude === 1
      ? 1
      : whole && Math.abs(exponent) <= 64
        ? wholePower(magnitude, exponent)
        : positivePower(magnitude, exponent);
  if (base > 0 || whole) return base < 0 && odd ? -power : power;
  const phase = Math.PI * exponent;
  return { kind: 'complex', re: power * Math.cos(phase), im: power * Math.sin(phase) };
}
