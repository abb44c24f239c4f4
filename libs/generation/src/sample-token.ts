/** How the next token is chosen. top_k 0 and top_p 1 leave the distribution whole; temperature 0 takes the most likely token. */
export type SamplingConfig = {
  temperature: number;
  top_p: number;
  top_k: number;
  /** logits of tokens that are in the prompt or the output already are divided by it, negative ones multiplied (Keskar et al. 2019); default 1 */
  repetition_penalty?: number;
};

/** A chosen token and its log-probability under the undistorted distribution (temperature 1, all tokens). */
export type SampledToken = { token_id: number; logprob: number };

/**
 * Chooses from logits [V] in the order of transformers' processors: repetition penalty, temperature, top-k, then top-p of what is left.
 * Arithmetic in float64 in token order, one random number per token, so the choice depends on these logits and that number alone. Ties go
 * to the lower id. Token -1 when the logits are not finite.
 *
 * @param uniform in [0, 1); without meaning at temperature 0
 * @param seen tokens that the repetition penalty is for
 */
export function sampleToken(
  logits: Float32Array,
  config: SamplingConfig,
  uniform: number,
  seen: ArrayLike<number> = [],
): SampledToken {
  const peak = logits[mostLikely(logits)]!;
  if (!Number.isFinite(peak)) return { token_id: -1, logprob: Number.NaN };
  const adjusted = penalised(logits, config.repetition_penalty ?? 1, seen);
  const best = mostLikely(adjusted);
  const token = config.temperature === 0 ? best : draw(adjusted, adjusted[best]!, config, uniform);
  let total = 0;
  for (let i = 0; i < logits.length; i++) total += Math.exp(logits[i]! - peak);
  return { token_id: token, logprob: logits[token]! - peak - Math.log(total) };
}

function penalised(logits: Float32Array, penalty: number, seen: ArrayLike<number>): Float32Array {
  if (penalty === 1 || seen.length === 0) return logits;
  const adjusted = logits.slice();
  for (let i = 0; i < seen.length; i++) {
    const logit = logits[seen[i]!]!;
    adjusted[seen[i]!] = logit < 0 ? logit * penalty : logit / penalty;
  }
  return adjusted;
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
