import { integerRoot } from './fixed-point.ts';
import { PyError } from './py-error.ts';
import { exactFloat, powerOfTen } from './py-exact.ts';

/** Digits beyond which a root is not computed; the original would run for minutes. */
const MAX_DIGITS = 20_000;

/** Python `str` of the Decimal `digits * 10 ** exponent`. */
function printDecimal(digits: string, exponent: number): string {
  const adjusted = exponent + digits.length - 1;
  if (exponent <= 0 && adjusted >= -6) {
    if (exponent === 0) return digits;
    const padded = digits.padStart(1 - exponent, '0');
    return `${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
  }
  const point = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits;
  return `${point}E${adjusted >= 0 ? '+' : ''}${adjusted}`;
}

/** Exact decimal expansion of a number that is not negative: `coefficient * 10 ** exponent`, exponent 0 or below. */
function exactDecimal(number: bigint | number): { coefficient: bigint; exponent: number } {
  if (typeof number === 'bigint') return { coefficient: number, exponent: 0 };
  let { mantissa, exponent } = exactFloat(number);
  while (mantissa !== 0n && mantissa % 2n === 0n && exponent < 0) {
    mantissa /= 2n;
    exponent++;
  }
  if (mantissa === 0n) return { coefficient: 0n, exponent: 0 };
  if (exponent >= 0) return { coefficient: mantissa << BigInt(exponent), exponent: 0 };
  let fives = 1n;
  for (let i = 0; i < -exponent; i++) fives *= 5n;
  return { coefficient: mantissa * fives, exponent };
}

/**
 * `repr(Decimal(number).sqrt())` in a context of `precision` digits, half to even: `Decimal('1.414')`. An exact root has the
 * exponent nearest to half of the argument's. The number must not be negative.
 */
export function decimalRoot(number: bigint | number, precision: number): string {
  if (precision > MAX_DIGITS)
    throw new PyError('MemoryError', `precision is beyond ${MAX_DIGITS} digits: ${precision}`);
  if (typeof number === 'number' && Number.isNaN(number)) return "Decimal('NaN')";
  if (number === Number.POSITIVE_INFINITY) return "Decimal('Infinity')";
  const { coefficient, exponent } = exactDecimal(number);
  const ideal = Math.floor(exponent / 2);
  if (coefficient === 0n) return `Decimal('${printDecimal('0', ideal)}')`;
  // Two digits more than asked for and a sticky digit decide every rounding.
  const size = coefficient.toString().length;
  let shift = Math.max(0, 2 * (precision + 2) - size);
  if ((exponent - shift) % 2 !== 0) shift++;
  const scaled = coefficient * powerOfTen(shift);
  let root = integerRoot(scaled);
  let power = (exponent - shift) / 2;
  const exact = root * root === scaled;
  if (exact) {
    while (power < ideal && root % 10n === 0n) {
      root /= 10n;
      power++;
    }
  }
  const digits = root.toString();
  const excess = digits.length - precision;
  if (excess <= 0) return `Decimal('${printDecimal(digits, power)}')`;
  const unit = powerOfTen(excess);
  const rest = (root % unit) * 2n;
  let kept = root / unit;
  if (rest > unit || (rest === unit && (!exact || kept % 2n === 1n))) kept++;
  power += excess;
  if (kept.toString().length > precision) {
    kept /= 10n;
    power++;
  }
  return `Decimal('${printDecimal(kept.toString(), power)}')`;
}
