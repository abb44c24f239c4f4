/** Fixed rules, so that the same value always gives the same bytes; a locale is never asked. */

const NARROW_SPACE = '\u202f';
const MINUS = '\u2212';

/** Whole numbers with a narrow space every three digits: 12 345. */
export function formatCount(value: number): string {
  const digits = Math.abs(Math.round(value)).toFixed(0);
  const grouped = digits.length <= 4 ? digits : digits.replace(/\B(?=(\d{3})+$)/g, NARROW_SPACE);
  return value < 0 ? MINUS + grouped : grouped;
}

/** A share 0..1 as percent with one decimal, without the sign. */
export function formatPercent(share: number): string {
  return (share * 100).toFixed(1);
}

/** Fixed decimals with a true minus sign; minus zero is zero. */
export function formatFixed(value: number, decimals: number): string {
  const text = Math.abs(value).toFixed(decimals);
  return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/** Three significant digits, with a power of ten outside 0.001 to 99 999 (5e-5 stays 5e-5). */
export function formatValue(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return formatCount(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) {
    return value
      .toExponential(2)
      .replace(/\.?0+e/, 'e')
      .replace('e+', 'e')
      .replace('-', MINUS)
      .replace('e-', `e${MINUS}`);
  }
  return formatFixed(Number(value.toPrecision(3)), 6).replace(/\.?0+$/, '');
}

/** A large amount with an SI prefix and three significant digits: 4.81 T. */
export function formatAmount(value: number): string {
  const prefixes: [number, string][] = [
    [1e18, 'E'],
    [1e15, 'P'],
    [1e12, 'T'],
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ];
  for (const [size, prefix] of prefixes) {
    if (Math.abs(value) >= size * 0.9995) return `${(value / size).toPrecision(3)}${NARROW_SPACE}${prefix}`;
  }
  return formatValue(value);
}
