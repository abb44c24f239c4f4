/** Prior of a fragment, exp(sum / L^lambda) of its token log-probabilities (specs: itool, 6.5). */
export function prior(sum_logprob: number, n_tokens: number, exponent: number): number {
  return Math.exp(sum_logprob / lengthPower(n_tokens, exponent));
}

function lengthPower(n: number, exponent: number): number {
  if (exponent === 0) return 1;
  if (exponent === 1) return n;
  return Math.exp(exponent * Math.log(n));
}
