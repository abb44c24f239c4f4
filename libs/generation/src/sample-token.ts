/** How the next token is chosen. top_k 0 and top_p 1 leave the distribution whole; temperature 0 takes the most likely token. */
export type SamplingConfig = { temperature: number; top_p: number; top_k: number };

/** A chosen token and its log-probability under the undistorted distribution (temperature 1, all tokens). */
export type SampledToken = { token_id: number; logprob: number };

/**
 * Chooses from logits [V] in the order of transformers' warpers: temperature, top-k, then top-p of what is left. Arithmetic in float64 in
 * token order, one random number per token, so the choice depends on these logits and that number alone. Ties go to the lower id.
 *
 * @param uniform in [0, 1); not called at temperature 0
 */
export function sampleToken(logits: Float32Array, config: SamplingConfig, uniform: () => number): SampledToken {
  const best = mostLikely(logits);
  const peak = logits[best]!;
  if (!Number.isFinite(peak)) throw new Error(`generation: logits are not finite: ${peak} at token ${best}`);
  const token = config.temperature === 0 ? best : draw(logits, peak, config, uniform());
  let total = 0;
  for (let i = 0; i < logits.length; i++) total += Math.exp(logits[i]! - peak);
  return { token_id: token, logprob: logits[token]! - peak - Math.log(total) };
}

// NaN loses every comparison, so it is looked for by itself.
function mostLikely(logits: Float32Array): number {
  let best = 0;
  for (let i = 0; i < logits.length; i++) {
    if (Number.isNaN(logits[i]!)) return i;
    if (logits[i]! > logits[best]!) best = i;
  }
  return best;
}

function draw(logits: Float32Array, peak: number, config: SamplingConfig, uniform: number): number {
  const weights = new Float64Array(logits.length);
  let total = 0;
  for (let i = 0; i < logits.length; i++) {
    weights[i] = Math.exp((logits[i]! - peak) / config.temperature);
    total += weights[i]!;
  }
  const limited = config.top_k > 0 && config.top_k < logits.length;
  if (!limited && config.top_p >= 1) return pick(weights, null, total, uniform);
  // Tokens below (1 - top_p)/V together hold less than 1 - top_p, so the nucleus lies above: no need to sort them.
  const floor = limited ? 0 : ((1 - config.top_p) * total) / logits.length;
  let ids: number[] = [];
  for (let i = 0; i < weights.length; i++) if (weights[i]! >= floor) ids.push(i);
  ids.sort((a, b) => weights[b]! - weights[a]! || a - b);
  if (limited) {
    ids = ids.slice(0, config.top_k);
    total = ids.reduce((sum, id) => sum + weights[id]!, 0);
  }
  let kept = 0;
  let mass = 0;
  while (kept < ids.length && (kept === 0 || mass < config.top_p * total)) mass += weights[ids[kept++]!]!;
  return pick(weights, ids.slice(0, kept), mass, uniform);
}

function pick(weights: Float64Array, ids: readonly number[] | null, total: number, uniform: number): number {
  const count = ids === null ? weights.length : ids.length;
  const threshold = uniform * total;
  let sum = 0;
  let last = 0;
  for (let i = 0; i < count; i++) {
    const id = ids === null ? i : ids[i]!;
    if (weights[id] === 0) continue;
    sum += weights[id]!;
    last = id;
    if (sum > threshold) return id;
  }
  return last;
}
