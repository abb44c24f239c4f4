// Chooses a token from a row of logits in the order of transformers' processors: repetition penalty, temperature, top-k, then top-p of what
// is left, by inversion of the cumulative distribution in token order with one uniform number. Weights are float32 exponentials, their sums
// float64 over fixed blocks, so the choice depends on the row, the settings and that number alone. Ties go to the lower token.
#pragma once
#include <algorithm>
#include <vector>

#include "decoding.h"
#include "simd.h"

namespace {

constexpr long SUM_BLOCK = 256;  // a multiple of W

// weights[i] = exp((logits[i] - top) * by), and the sum of each block.
inline double exponentials(const float* logits, long n, float top, float by, float* weights, std::vector<double>& blocks) {
  double total = 0;
  blocks.clear();
  for (long from = 0; from < n; from += SUM_BLOCK) {
    const long end = least(n, from + SUM_BLOCK);
    vf lanes_sum = zero();
    double rest = 0;
    long i = from;
    for (; i + W <= end; i += W) {
      const vf e = exponential(mul(sub(load(logits + i), set1(top)), set1(by)));
      store(weights + i, e);
      lanes_sum = add(lanes_sum, e);
    }
    if (i < end) {
      store_part(weights + i, exponential(mul(sub(load_part(logits + i, (int)(end - i)), set1(top)), set1(by))), (int)(end - i));
      for (; i < end; i++) rest += weights[i];
    }
    blocks.push_back((double)hsum(lanes_sum) + rest);
    total += blocks.back();
  }
  return total;
}

inline float greatest(const float* x, long n) {
  vf m = set1(x[0]);
  long i = 0;
  for (; i + W <= n; i += W) m = larger(m, load(x + i));
  float top = hmax(m);
  for (; i < n; i++) top = x[i] > top ? x[i] : top;
  return top;
}

// The first token at which the cumulative weight is above the threshold; rounding may leave none, then the last with a weight.
inline int32_t pick_whole(const float* weights, long n, const std::vector<double>& blocks, double threshold) {
  double sum = 0;
  long last = 0;
  for (size_t b = 0; b < blocks.size(); b++) {
    if (sum + blocks[b] <= threshold) {
      sum += blocks[b];
      if (blocks[b] > 0) last = (long)b;
      continue;
    }
    last = (long)b;
    double inside = sum;
    for (long i = (long)b * SUM_BLOCK; i < least(n, ((long)b + 1) * SUM_BLOCK); i++) {
      inside += weights[i];
      if (weights[i] > 0 && inside > threshold) return (int32_t)i;
    }
    break;
  }
  for (long i = least(n, (last + 1) * SUM_BLOCK); i-- > 0;)
    if (weights[i] > 0) return (int32_t)i;
  return 0;
}

inline int32_t pick_limited(const float* weights, long n, double total, const itool::Draw& draw) {
  const bool limited = draw.top_k > 0 && draw.top_k < n;
  // Tokens below (1 - top_p)/n together hold less than 1 - top_p, so the nucleus lies above.
  const double floor = limited ? 0 : (1 - draw.top_p) * total / (double)n;
  std::vector<int32_t> ids;
  for (long i = 0; i < n; i++)
    if (weights[i] >= floor) ids.push_back((int32_t)i);
  const auto before = [&](int32_t a, int32_t b) { return weights[a] != weights[b] ? weights[a] > weights[b] : a < b; };
  if (limited) {
    std::nth_element(ids.begin(), ids.begin() + draw.top_k, ids.end(), before);
    ids.resize((size_t)draw.top_k);
  }
  std::sort(ids.begin(), ids.end(), before);
  if (limited) {
    total = 0;
    for (int32_t id : ids) total += weights[id];
  }
  size_t kept = 0;
  double mass = 0;
  while (kept < ids.size() && (kept == 0 || mass < draw.top_p * total)) mass += weights[ids[kept++]];
  const double threshold = draw.uniform * mass;
  double sum = 0;
  int32_t last = ids[0];
  for (size_t i = 0; i < kept; i++) {
    if (weights[ids[i]] == 0) continue;
    sum += weights[ids[i]];
    last = ids[i];
    if (sum > threshold) break;
  }
  return last;
}

// Log-probabilities are those of the raw logits at temperature 1.
itool::Drawn draw_token(const float* logits, long vocab, const itool::Draw& draw, float* work) {
  static thread_local std::vector<double> blocks;
  const float top = greatest(logits, vocab);
  const double sum = exponentials(logits, vocab, top, 1.0f, work, blocks);
  if (!(sum < 1e300) || !(top > -3.4e38f && top < 3.4e38f)) return {-1, 0};
  double total = sum;
  const float* adjusted = logits;
  float peak = top;
  static thread_local std::vector<float> penalised;
  if (draw.repetition_penalty != 1 && draw.seen_count > 0) {
    penalised.assign(logits, logits + vocab);
    const float penalty = (float)draw.repetition_penalty;
    for (long i = 0; i < draw.seen_count; i++) {
      const int32_t id = draw.seen[i];
      penalised[(size_t)id] = logits[id] < 0 ? logits[id] * penalty : logits[id] / penalty;
    }
    adjusted = penalised.data();
    peak = greatest(adjusted, vocab);
  }
  int32_t token;
  if (draw.temperature == 0) {
    long i = 0;
    while (adjusted[i] != peak) i++;
    token = (int32_t)i;
  } else {
    if (draw.temperature != 1 || adjusted != logits)
      total = exponentials(adjusted, vocab, peak, (float)(1 / draw.temperature), work, blocks);
    const bool whole = draw.top_p >= 1 && (draw.top_k <= 0 || draw.top_k >= vocab);
    token = whole ? pick_whole(work, vocab, blocks, draw.uniform * total) : pick_limited(work, vocab, total, draw);
  }
  return {token, (double)logits[token] - (double)top - log(sum)};
}

}  // namespace
