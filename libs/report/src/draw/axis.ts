/** Round tick positions (1, 2 or 5 times a power of ten) covering `low` to `high`, about `wanted` of them. */
export function niceTicks(low: number, high: number, wanted: number): number[] {
  const span = high - low > 0 ? high - low : Math.max(Math.abs(high), 1);
  let unit = 1;
  while (unit * 10 <= span / wanted) unit *= 10;
  while (unit > span / wanted) unit /= 10;
  const step =
    [1, 2, 5, 10].map((factor) => factor * unit).find((candidate) => candidate >= span / wanted) ?? unit * 10;
  const ticks: number[] = [];
  // Positions are multiples of the step, so that rounding errors do not add up.
  for (let k = Math.floor(low / step + 1e-9); ; k++) {
    ticks.push(k * step);
    if (k * step >= high - step * 1e-9) return ticks;
  }
}

/** Decimals that tell neighbouring ticks apart. */
export function tickDecimals(ticks: readonly number[]): number {
  const step = ticks.length > 1 ? ticks[1]! - ticks[0]! : 1;
  let decimals = 0;
  for (let size = step; size < 0.9999999 && decimals < 6; size *= 10) decimals++;
  return decimals;
}
