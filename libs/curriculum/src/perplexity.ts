/**
 * exp of the negative mean log-probability of `n_tokens` target tokens, the end-of-turn token included: the complexity h of a
 * row (specs: itool, section 5). Not finite when there is no token or the sum is not finite.
 */
export function perplexity(sum_logprob: number, n_tokens: number): number {
  return Math.exp(-sum_logprob / n_tokens);
}
