/**
 * Two-sided exact sign test (binomial, share 1/2) on paired outcomes that differ: the probability of a split at least as
 * uneven as `gained` to `lost` when neither model is better. 1 when nothing differs.
 */
export function signTest(gained: number, lost: number): number {
  const n = gained + lost;
  const fewer = Math.min(gained, lost);
  // Terms are kept as logarithms, since 2^-n underflows past a thousand differences.
  let tail = 0;
  let logTerm = -n * Math.LN2;
  for (let k = 0; k <= fewer; k++) {
    tail += Math.exp(logTerm);
    logTerm += Math.log(n - k) - Math.log(k + 1);
  }
  return Math.min(1, 2 * tail);
}
