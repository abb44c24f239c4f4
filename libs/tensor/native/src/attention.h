// Causal grouped-query attention, its gradient, and attention to the paged key/value memory. Keys are handled in blocks of 16 stored as
// [hd][16], so that one vector holds one coordinate of W keys. Per row: a score is one chain over the coordinates, the maximum is exact,
// the sum of exponentials is kept in W lanes by key position, the weighted sum is one chain over the key positions. Rows run in groups only
// to share loads; the group does not enter the arithmetic. The score buffer of a group is QUERY_ROWS x length, never length x length.
// Keys that a row may not see have weight exactly 0, so an infinity in the future of a sequence is the one thing that would leak back.
#pragma once
#include "gemm.h"
#include "kernels.h"

namespace {

constexpr long KB = itool::KV_BLOCK;
constexpr int KV = (int)(KB / W);
constexpr float NOT_SEEN = -__builtin_inff();

inline long padded(long n) { return ceil_div(n, KB) * KB; }

// s[r][0..15] = scale * q[r] . keys
template <int R>
void score_block(long hd, const float* q, long q_stride, const float* keys, float scale, float* s, long s_stride) {
  vf acc[R][KV];
  for (int r = 0; r < R; r++)
    for (int v = 0; v < KV; v++) acc[r][v] = zero();
  for (long d = 0; d < hd; d++) {
    vf key[KV];
#pragma GCC unroll 4
    for (int v = 0; v < KV; v++) key[v] = load(keys + d * KB + v * W);
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
      vf x = set1(q[r * q_stride + d]);
#pragma GCC unroll 4
      for (int v = 0; v < KV; v++) acc[r][v] = fma(x, key[v], acc[r][v]);
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < R; r++)
    for (int v = 0; v < KV; v++) store(s + r * s_stride + v * W, mul(acc[r][v], set1(scale)));
}

// out[r][d] (+)= sum_j p[r][j] x[j][d]
template <int R, int V>
inline void weigh_chunk(long count, const float* p, long p_stride, const float* x, long x_stride, int tail, bool add_to, float* out, long out_stride) {
  vf acc[R][V];
#pragma GCC unroll 8
  for (int r = 0; r < R; r++)
    for (int v = 0; v < V; v++) acc[r][v] = add_to ? load_part(out + r * out_stride + v * W, v + 1 < V ? W : tail) : zero();
  for (long j = 0; j < count; j++) {
    vf row[V];
#pragma GCC unroll 2
    for (int v = 0; v < V; v++) row[v] = v + 1 < V || tail == W ? load(x + j * x_stride + v * W) : load_part(x + j * x_stride + v * W, tail);
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
      vf w = set1(p[r * p_stride + j]);
#pragma GCC unroll 2
      for (int v = 0; v < V; v++) acc[r][v] = fma(w, row[v], acc[r][v]);
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < R; r++)
    for (int v = 0; v < V; v++) store_part(out + r * out_stride + v * W, acc[r][v], v + 1 < V ? W : tail);
}
template <int R>
void weigh(long hd, long count, const float* p, long p_stride, const float* x, long x_stride, bool add_to, float* out, long out_stride) {
  long d = 0;
  for (; hd - d > W; d += 2 * W)
    weigh_chunk<R, 2>(count, p, p_stride, x + d, x_stride, (int)least(W, hd - d - W), add_to, out + d, out_stride);
  if (d < hd) weigh_chunk<R, 1>(count, p, p_stride, x + d, x_stride, (int)(hd - d), add_to, out + d, out_stride);
}

// out[j][d] += sum_r p[r][j] x[r][d], r ascending
template <int R>
void spread(long hd, long count, const float* p, long p_stride, const float* x, long x_stride, float* out, long out_stride) {
  for (long d = 0; d < hd; d += W) {
    const int part = (int)least(W, hd - d);
    vf row[R];
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) row[r] = load_part(x + r * x_stride + d, part);
    for (long j = 0; j < count; j++) {
      float* to = out + j * out_stride + d;
      vf acc = load_part(to, part);
#pragma GCC unroll 8
      for (int r = 0; r < R; r++) acc = fma(set1(p[r * p_stride + j]), row[r], acc);
      store_part(to, acc, part);
    }
  }
}

typedef void (*ScoreBlock)(long, const float*, long, const float*, float, float*, long);
typedef void (*Weigh)(long, long, const float*, long, const float*, long, bool, float*, long);
typedef void (*Spread)(long, long, const float*, long, const float*, long, float*, long);
#if defined(ITOOL_ISA_AVX512)
#define ITOOL_ROWS(F) {nullptr, F<1>, F<2>, F<3>, F<4>, F<5>, F<6>, F<7>, F<8>}
#else
#define ITOOL_ROWS(F) {nullptr, F<1>, F<2>, F<3>, F<4>}
#endif
const ScoreBlock SCORE_BLOCK[] = ITOOL_ROWS(score_block);
const Weigh WEIGH[] = ITOOL_ROWS(weigh);
const Spread SPREAD[] = ITOOL_ROWS(spread);
#undef ITOOL_ROWS

// Replaces the first `seen` scores by exp(score - maximum), the rest up to `width` (a multiple of 16) by 0, and returns the sum.
inline float softmax_row(float* s, long seen, long width) {
  for (long j = seen; j < width; j++) s[j] = NOT_SEEN;
  vf m = set1(NOT_SEEN);
  for (long j = 0; j < width; j += W) m = larger(m, load(s + j));
  const vf top = set1(hmax(m));
  vf sum = zero();
  for (long j = 0; j < width; j += W) {
    vf e = exponential(sub(load(s + j), top));
    store(s + j, e);
    sum = add(sum, e);
  }
  return hsum(sum);
}
inline void scale_row(float* s, float by, long n) {
  each_vector(n, [&](long i, int part) { store_part(s + i, mul(load_part(s + i, part), set1(by)), part); });
}

// Rows x[0..count-1] (stride apart) to blocks [hd][16]; the lanes of the last block beyond `count` are 0.
inline void block_keys(const float* x, long stride, long hd, long count, float* blocks) {
  for (long j = 0; j < count; j += KB)
    for (long v = 0; v < KB; v += W)
      for (long d = 0; d < hd; d += W)
        transpose_block(x + (j + v) * stride + d, stride, (int)most(0, least(W, count - j - v)), (int)least(W, hd - d),
                        blocks + j * hd + d * KB + v, KB, W);
}

constexpr long CHUNK_ROWS = 128;

void attention(long sequences, const int32_t* starts, long hq, long hkv, long hd, const float* q, const float* k, const float* v, float scale,
               float* out) {
  const long group = hq / hkv, q_stride = hq * hd, kv_stride = hkv * hd;
  long longest = 0;
  for (long s = 0; s < sequences; s++) longest = most(longest, starts[s + 1] - starts[s]);
  const long chunks = ceil_div(longest, CHUNK_ROWS);
  parallel_for(sequences * hkv * chunks, [&](long task) {
    // Late chunks read the most keys: they go first.
    const long chunk = chunks - 1 - task / (sequences * hkv), s = task % (sequences * hkv) / hkv, h = task % hkv;
    const long base = starts[s], length = starts[s + 1] - base;
    const long r0 = chunk * CHUNK_ROWS, r1 = least(length, r0 + CHUNK_ROWS);
    if (r0 >= r1) return;
    const float* values = v + base * kv_stride + h * hd;
    float* keys = itool::scratch(itool::SLOT_KEYS, (size_t)(padded(r1) * hd));
    float* scores = itool::scratch(itool::SLOT_SCORES, (size_t)(QUERY_ROWS * padded(r1)));
    block_keys(k + base * kv_stride + h * hd, kv_stride, hd, r1, keys);
    for (long head = h * group; head < (h + 1) * group; head++)
      for (long i = r0; i < r1; i += QUERY_ROWS) {
        const int rows = (int)least(QUERY_ROWS, r1 - i);
        const long seen = i + rows, width = padded(seen);
        const float* queries = q + (base + i) * q_stride + head * hd;
        float* to = out + (base + i) * q_stride + head * hd;
        for (long j = 0; j < width; j += KB) SCORE_BLOCK[rows](hd, queries, q_stride, keys + j * hd, scale, scores + j, width);
        float sum[QUERY_ROWS];
        for (int r = 0; r < rows; r++) sum[r] = softmax_row(scores + r * width, i + r + 1, width);
        WEIGH[rows](hd, seen, scores, width, values, kv_stride, false, to, q_stride);
        for (int r = 0; r < rows; r++) scale_row(to + r * q_stride, 1.0f / sum[r], hd);
      }
  });
}

void attention_grad(long sequences, const int32_t* starts, long hq, long hkv, long hd, const float* q, const float* k, const float* v,
                    const float* out, const float* dy, float scale, float* dq, float* dk, float* dv) {
  const long group = hq / hkv, q_stride = hq * hd, kv_stride = hkv * hd;
  parallel_for(sequences * hkv, [&](long task) {
    const long s = task / hkv, h = task % hkv, base = starts[s], length = starts[s + 1] - base;
    if (length == 0) return;
    const long most_width = padded(length);
    const float *kh = k + base * kv_stride + h * hd, *vh = v + base * kv_stride + h * hd;
    float *dkh = dk + base * kv_stride + h * hd, *dvh = dv + base * kv_stride + h * hd;
    float* keys = itool::scratch(itool::SLOT_KEYS, (size_t)(2 * most_width * hd));
    float* values = keys + most_width * hd;
    float* p = itool::scratch(itool::SLOT_SCORES, (size_t)(2 * QUERY_ROWS * most_width));
    float* ds = p + QUERY_ROWS * most_width;
    block_keys(kh, kv_stride, hd, length, keys);
    block_keys(vh, kv_stride, hd, length, values);
    for (long j = 0; j < length; j++) {
      memset(dkh + j * kv_stride, 0, (size_t)hd * sizeof(float));
      memset(dvh + j * kv_stride, 0, (size_t)hd * sizeof(float));
    }
    for (long head = h * group; head < (h + 1) * group; head++)
      for (long i = 0; i < length; i += QUERY_ROWS) {
        const int rows = (int)least(QUERY_ROWS, length - i);
        const long seen = i + rows, width = padded(seen), at = (base + i) * q_stride + head * hd;
        for (long j = 0; j < width; j += KB) {
          SCORE_BLOCK[rows](hd, q + at, q_stride, keys + j * hd, scale, p + j, width);
          SCORE_BLOCK[rows](hd, dy + at, q_stride, values + j * hd, 1.0f, ds + j, width);
        }
        for (int r = 0; r < rows; r++) {
          float *pr = p + r * width, *dr = ds + r * width;
          const vf by = set1(1.0f / softmax_row(pr, i + r + 1, width));
          const float *yr = dy + at + r * q_stride, *outr = out + at + r * q_stride;
          vf dots = zero();
          each_vector(hd, [&](long d, int part) { dots = fma(load_part(yr + d, part), load_part(outr + d, part), dots); });
          const vf delta = set1(hsum(dots)), by_scale = set1(scale);
          for (long j = 0; j < width; j += W) {
            vf pj = mul(load(pr + j), by);
            store(pr + j, pj);
            store(dr + j, mul(mul(pj, sub(load(dr + j), delta)), by_scale));
          }
        }
        WEIGH[rows](hd, seen, ds, width, kh, kv_stride, false, dq + at, q_stride);
        SPREAD[rows](hd, seen, ds, width, q + at, q_stride, dkh, kv_stride);
        SPREAD[rows](hd, seen, p, width, dy + at, q_stride, dvh, kv_stride);
      }
  });
}

void kv_write(long n, long heads, long hd, const float* k, const float* v, const int32_t* slots, float* keys, float* values) {
  for (long i = 0; i < n; i++) {
    const long block = slots[i] / KB, offset = slots[i] % KB;
    for (long h = 0; h < heads; h++) {
      const float *from_k = k + (i * heads + h) * hd, *from_v = v + (i * heads + h) * hd;
      float* to_k = keys + (block * heads + h) * hd * KB + offset;
      for (long d = 0; d < hd; d++) to_k[d * KB] = from_k[d];
      memcpy(values + ((block * heads + h) * KB + offset) * hd, from_v, (size_t)hd * sizeof(float));
    }
  }
}

void kv_attend(long n, long hq, long hkv, long hd, const float* q, const int32_t* page_table, long max_pages, long page_blocks,
               const int32_t* sequence, const int32_t* length, float scale, const float* keys, const float* values, float* out) {
  const long group = hq / hkv;
  const auto one = [&](long i, long h) {
    const long seen = length[i], width = padded(seen);
    const int32_t* pages = page_table + sequence[i] * max_pages;
    const auto block_at = [&](long j) {
      const long block = j / KB;
      return ((long)pages[block / page_blocks] * page_blocks + block % page_blocks) * hkv + h;
    };
    float* scores = itool::scratch(itool::SLOT_SCORES, (size_t)(QUERY_ROWS * width));
    for (long g = 0; g < group; g += QUERY_ROWS) {
      const int rows = (int)least(QUERY_ROWS, group - g);
      const long at = (i * hq + h * group + g) * hd;
      for (long j = 0; j < width; j += KB) SCORE_BLOCK[rows](hd, q + at, hd, keys + block_at(j) * hd * KB, scale, scores + j, width);
      float sum[QUERY_ROWS];
      for (int r = 0; r < rows; r++) sum[r] = softmax_row(scores + r * width, seen, width);
      for (long j = 0; j < seen; j += KB)
        WEIGH[rows](hd, least(KB, seen - j), scores + j, width, values + block_at(j) * KB * hd, hd, j > 0, out + at, hd);
      for (int r = 0; r < rows; r++) scale_row(out + at + r * hd, 1.0f / sum[r], hd);
    }
  };
  if (n >= 2 * itool::thread_count())
    parallel_for(n, [&](long i) {
      for (long h = 0; h < hkv; h++) one(i, h);
    });
  else
    parallel_for(n * hkv, [&](long task) { one(task / hkv, task % hkv); });
}

}  // namespace
