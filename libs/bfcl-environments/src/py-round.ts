import { PyError } from './py-error.ts';
import { exactFloat, powerOfTen, roundQuotient } from './py-exact.ts';

/** Finite float times 10 ** digits, rounded half to even on the exact binary value; without the sign. */
function scaledDigits(value: number, digits: number): bigint {
  const { mantissa, exponent } = exactFloat(value);
  let numerator = digits >= 0 ? mantissa * powerOfTen(digits) : mantissa;
  let denominator = digits >= 0 ? 1n : powerOfTen(-digits);
  if (exponent >= 0) numerator <<= BigInt(exponent);
  else denominator <<= BigInt(-exponent);
  return roundQuotient(numerator, denominator);
}

/** Python `f'{value:.{digits}f}'`: exact decimal expansion, ties to even. */
export function formatFixed(value: number, digits: number): string {
  if (Number.isNaN(value)) return 'nan';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  if (!Number.isFinite(value)) return `${sign}inf`;
  const text = scaledDigits(value, digits)
    .toString()
    .padStart(digits + 1, '0');
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** Python `round(value, digits)` of a float: half to even on the exact binary value; always a float. */
export function roundFloat(value: number, digits: number): number {
  if (!Number.isFinite(value) || digits > 323) return value;
  if (digits < -308) return value < 0 || Object.is(value, -0) ? -0 : 0;
  const units = scaledDigits(value, digits).toString();
  const rounded = Number(`${units}e${-digits}`);
  if (!Number.isFinite(rounded)) throw new PyError('OverflowError', 'rounded value too large to represent');
  return value < 0 || Object.is(value, -0) ? -rounded : rounded;
}

/** Python `round(value, digits)` of an int: itself, or for negative digits the nearest multiple of a power of ten, ties to even. */
export function roundInteger(value: bigint, digits: bigint): bigint {
  if (digits >= 0n) return value;
  if (-digits > BigInt(value.toString().length)) return 0n;
  const unit = powerOfTen(Number(-digits));
  const magnitude = roundQuotient(value < 0n ? -value : value, unit) * unit;
  return value < 0n ? -magnitude : magnitude;
}

/** Python `round(value)` of a float without digits: the nearest int, ties to even. */
export function roundToInteger(value: number): bigint {
  if (Number.isNaN(value)) throw new PyError('ValueError', 'cannot convert float NaN to integer');
  if (!Number.isFinite(value)) throw new PyError('OverflowError', 'cannot convert float infinity to integer');
  return value < 0 ? -scaledDigits(value, 0) : scaledDigits(value, 0);
}
