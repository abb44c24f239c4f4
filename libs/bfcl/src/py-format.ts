import { pyRepr } from './py-repr.ts';
import { PySyntaxError } from './py-syntax-error.ts';
import { isTuple, type PyValue } from './py-value.ts';

/** Python `str(value)`. */
export function pyStr(value: PyValue): string {
  return typeof value === 'string' ? value : pyRepr(value);
}

function asNumber(value: PyValue): bigint | number {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'bigint' || typeof value === 'number') return value;
  throw new PySyntaxError('format needs a number');
}

function convert(conversion: string, precision: number | undefined, value: PyValue): string {
  if (conversion === 's' || conversion === 'r') {
    const text = conversion === 's' ? pyStr(value) : pyRepr(value);
    return precision === undefined ? text : [...text].slice(0, precision).join('');
  }
  const number = asNumber(value);
  if (conversion === 'd' || conversion === 'i') {
    if (typeof number === 'number' && !Number.isFinite(number)) throw new PySyntaxError('cannot convert to an integer');
    return (typeof number === 'number' ? BigInt(Math.trunc(number)) : number).toString();
  }
  if (conversion === 'f' || conversion === 'F') {
    const float = Number(number);
    if (!Number.isFinite(float) || Math.abs(float) >= 1e21) throw new PySyntaxError('format is not supported');
    return float.toFixed(precision ?? 6);
  }
  if (typeof number !== 'bigint') throw new PySyntaxError('format needs an integer');
  if (conversion === 'x') return number.toString(16);
  if (conversion === 'X') return number.toString(16).toUpperCase();
  return number.toString(8);
}

/**
 * Python `text % values` for the conversions s r d i f F x X o with width, precision and the flags `-`, `0`, `+` and space.
 * Named fields, `*` widths and the other conversions are errors here.
 */
export function pyFormat(text: string, values: PyValue): string {
  const list = isTuple(values) ? values.items : [values];
  let used = 0;
  const result = text.replace(
    /%(?:%|([-0+ ]*)(\d*)(?:\.(\d*))?([a-zA-Z])?)/g,
    (whole, flags, width, precision, conversion) => {
      if (whole === '%%') return '%';
      if (conversion === undefined || !'srdifFxXo'.includes(conversion) || used >= list.length) {
        throw new PySyntaxError(`format is not supported: ${whole}`);
      }
      const limit = precision === undefined ? undefined : Number(precision);
      let converted = convert(conversion, limit, list[used++]!);
      const numeric = !'sr'.includes(conversion);
      if (numeric && !converted.startsWith('-')) {
        converted = (flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '') + converted;
      }
      const missing = Number(width) - [...converted].length;
      if (missing <= 0) return converted;
      if (flags.includes('-')) return converted + ' '.repeat(missing);
      if (!flags.includes('0') || !numeric) return ' '.repeat(missing) + converted;
      const sign = /^[-+ ]/.exec(converted)?.[0] ?? '';
      return sign + '0'.repeat(missing) + converted.slice(sign.length);
    },
  );
  // A value that no conversion takes is an error in Python, except for a single mapping or sequence that is not a tuple.
  const spare = isTuple(values) || typeof values !== 'object' || values === null;
  if (used < list.length && spare) throw new PySyntaxError('not all arguments converted');
  return result;
}
