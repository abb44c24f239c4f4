/** Elementary functions on fixed-point numbers: a bigint `x` with `bits` stands for `x / 2 ** bits`; errors are a few units. */

/** Integer square root, rounded down. */
export function integerRoot(value: bigint): bigint {
  if (value < 2n) return value;
  let root = 1n << BigInt((value.toString(16).length * 4 + 1) >> 1);
  for (;;) {
    const better = (root + value / root) >> 1n;
    if (better >= root) return root;
    root = better;
  }
}

/** atanh(1 / n), or atan(1 / n) when `alternating`. */
function inverseSeries(n: bigint, bits: number, alternating: boolean): bigint {
  const square = n * n;
  let power = (1n << BigInt(bits)) / n;
  let sum = power;
  for (let k = 3n, negative = alternating; power > 0n; k += 2n, negative = alternating && !negative) {
    power /= square;
    sum += negative ? -(power / k) : power / k;
  }
  return sum;
}

const logOfTwo = new Map<number, bigint>();

export function lnTwo(bits: number): bigint {
  const known = logOfTwo.get(bits);
  if (known !== undefined) return known;
  const at = (n: bigint) => inverseSeries(n, bits + 16, false);
  const value = (18n * at(26n) - 2n * at(4801n) + 8n * at(8749n)) >> 16n;
  logOfTwo.set(bits, value);
  return value;
}

export function pi(bits: number): bigint {
  const at = (n: bigint) => inverseSeries(n, bits + 16, true);
  return (16n * at(5n) - 4n * at(239n)) >> 16n;
}

/** ln of a number in [1, 2): square roots bring it near 1, where the series of atanh is short. */
export function lnUnit(value: bigint, bits: number): bigint {
  const roots = Math.max(4, Math.trunc(Math.sqrt(bits) / 2));
  const wide = bits + 2 * roots + 16;
  let x = value << BigInt(wide - bits);
  for (let i = 0; i < roots; i++) x = integerRoot(x << BigInt(wide));
  const one = 1n << BigInt(wide);
  const t = ((x - one) << BigInt(wide)) / (x + one);
  const square = (t * t) >> BigInt(wide);
  let power = t;
  let sum = t;
  for (let k = 3n; power !== 0n; k += 2n) {
    power = (power * square) >> BigInt(wide);
    sum += power / k;
  }
  return (sum << BigInt(roots + 1)) >> BigInt(wide - bits);
}

/** exp of a number in [0, 1): halved often enough for a short Taylor series, then squared back. */
export function expUnit(value: bigint, bits: number): bigint {
  const halvings = Math.max(4, Math.trunc(Math.sqrt(bits)));
  const wide = bits + 2 * halvings + 16;
  const x = (value << BigInt(wide - bits)) >> BigInt(halvings);
  const one = 1n << BigInt(wide);
  let term = one;
  let sum = one;
  for (let k = 1n; term !== 0n; k++) {
    term = ((term * x) >> BigInt(wide)) / k;
    sum += term;
  }
  for (let i = 0; i < halvings; i++) sum = (sum * sum) >> BigInt(wide);
  return sum >> BigInt(wide - bits);
}
