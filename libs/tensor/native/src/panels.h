// Products with weights that were packed once: panels of 2W columns, [k][2W] float32, or [k][W] words that hold column j below and column
// j + W above (bfloat16 widens to float32 by a shift). Chains as in gemm.h: from zero or the bias, ascending k, fused multiply-adds.
#pragma once
#include "decoding.h"
#include "gemm.h"

namespace {

constexpr long PANEL = TILE_N;

inline long panel_numbers(long k, bool narrow) { return narrow ? k * W : k * PANEL; }
long packed_numbers(long n, long k, bool narrow) { return ceil_div(n, PANEL) * panel_numbers(k, narrow); }

// Nearest, ties to even; NaN stays NaN.
inline uint32_t to_bfloat16(float x) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return bits >> 16 | 0x40;
  return (bits + 0x7fffu + (bits >> 16 & 1)) >> 16;
}
inline float from_bfloat16(uint16_t half) {
  const uint32_t bits = (uint32_t)half << 16;
  float x;
  memcpy(&x, &bits, 4);
  return x;
}

void pack_weights(long n, long k, itool::Weight weight, bool narrow, float* packed) {
  const bool halves = weight.storage == itool::BFLOAT16;
  const auto at = [&](long column, long row) {
    if (column >= n) return 0.0f;
    return halves ? from_bfloat16(((const uint16_t*)weight.at)[column * k + row]) : ((const float*)weight.at)[column * k + row];
  };
  parallel_for(ceil_div(n, PANEL), [&](long panel) {
    float* to = packed + panel * panel_numbers(k, narrow);
    const long first = panel * PANEL;
    if (!narrow) {
      for (long row = 0; row < k; row++)
        for (long j = 0; j < PANEL; j++) to[row * PANEL + j] = at(first + j, row);
      return;
    }
    uint32_t* words = (uint32_t*)to;
    for (long row = 0; row < k; row++)
      for (long j = 0; j < W; j++) words[row * W + j] = to_bfloat16(at(first + j, row)) | to_bfloat16(at(first + W + j, row)) << 16;
  });
}

// W words of two bfloat16 to the numbers in their lower and upper halves.
inline void widen_pair(const float* words, vf& low, vf& high) {
#if defined(ITOOL_ISA_AVX512)
  const __m512i w = _mm512_loadu_si512(words);
  low = _mm512_castsi512_ps(_mm512_slli_epi32(w, 16));
  high = _mm512_castsi512_ps(_mm512_and_si512(w, _mm512_set1_epi32((int)0xffff0000u)));
#elif defined(ITOOL_ISA_AVX2)
  const __m256i w = _mm256_loadu_si256((const __m256i*)words);
  low = _mm256_castsi256_ps(_mm256_slli_epi32(w, 16));
  high = _mm256_castsi256_ps(_mm256_and_si256(w, _mm256_set1_epi32((int)0xffff0000u)));
#else
  uint32_t w[W], l[W], h[W];
  memcpy(w, words, sizeof w);
  for (int i = 0; i < W; i++) {
    l[i] = w[i] << 16;
    h[i] = w[i] & 0xffff0000u;
  }
  memcpy(&low, l, sizeof l);
  memcpy(&high, h, sizeof h);
#endif
}

// One row of a panel: 2W columns.
template <bool NARROW>
inline void panel_row(const float* b, vf& low, vf& high) {
  if (NARROW) widen_pair(b, low, high);
  else {
    low = load(b);
    high = load(b + W);
  }
}

// c[r][0..P*2W) = start + a[0..k)[r] b, for P panels that lie panel_stride apart; c has rows of MOST_COLUMNS.
constexpr int MOST_PANELS = 4;
constexpr long MOST_COLUMNS = MOST_PANELS * PANEL;
alignas(64) const float ZEROS[MOST_COLUMNS] = {};
template <int R, int P, bool NARROW>
void panel_tile(long k, const float* a, const float* b, long panel_stride, const float* start, float* c) {
  constexpr int V = 2 * P;
  constexpr long ROW = NARROW ? W : PANEL;
  vf acc[R][V];
#pragma GCC unroll 14
  for (int r = 0; r < R; r++)
#pragma GCC unroll 8
    for (int v = 0; v < V; v++) acc[r][v] = load(start + v * W);
  for (long i = 0; i < k; i++) {
    vf bv[V];
#pragma GCC unroll 4
    for (int p = 0; p < P; p++) panel_row<NARROW>(b + p * panel_stride, bv[2 * p], bv[2 * p + 1]);
#pragma GCC unroll 14
    for (int r = 0; r < R; r++) {
      const vf ar = set1(a[r]);
#pragma GCC unroll 8
      for (int v = 0; v < V; v++) acc[r][v] = fma(ar, bv[v], acc[r][v]);
    }
    a += R;
    b += ROW;
  }
#pragma GCC unroll 14
  for (int r = 0; r < R; r++)
#pragma GCC unroll 8
    for (int v = 0; v < V; v++) store(c + r * MOST_COLUMNS + v * W, acc[r][v]);
}

typedef void (*PanelTile)(long, const float*, const float*, long, const float*, float*);
struct PanelTiles {
  int panels;  // taken together: few rows alone have too few chains to keep the multipliers busy
  PanelTile wide[2], one[2];
};
#define ITOOL_PANELS(R, P) {P, {panel_tile<R, P, false>, panel_tile<R, P, true>}, {panel_tile<R, 1, false>, panel_tile<R, 1, true>}}
const PanelTiles PANEL_TILES[] = {
    {0, {nullptr, nullptr}, {nullptr, nullptr}},
#if defined(ITOOL_ISA_AVX512)
    ITOOL_PANELS(1, 4), ITOOL_PANELS(2, 4), ITOOL_PANELS(3, 2), ITOOL_PANELS(4, 2), ITOOL_PANELS(5, 2), ITOOL_PANELS(6, 2), ITOOL_PANELS(7, 1),
    ITOOL_PANELS(8, 1), ITOOL_PANELS(9, 1), ITOOL_PANELS(10, 1), ITOOL_PANELS(11, 1), ITOOL_PANELS(12, 1), ITOOL_PANELS(13, 1), ITOOL_PANELS(14, 1),
#elif defined(ITOOL_ISA_AVX2)
    ITOOL_PANELS(1, 4), ITOOL_PANELS(2, 2), ITOOL_PANELS(3, 2), ITOOL_PANELS(4, 1), ITOOL_PANELS(5, 1), ITOOL_PANELS(6, 1),
#else
    ITOOL_PANELS(1, 2), ITOOL_PANELS(2, 1), ITOOL_PANELS(3, 1), ITOOL_PANELS(4, 1),
#endif
};
#undef ITOOL_PANELS

// Rows cut into tiles of nearly equal height; a tile of R rows of a matrix [m,k] is stored as [k][R], at its first row times k.
struct Tiles {
  long m, count;
  explicit Tiles(long rows) : m(rows), count(ceil_div(rows, TILE_M)) {}
  long top(long t) const { return m * t / count; }
};
// Row-major x [m,k] (rows stride apart) to tiles.
inline void pack_rows(const Tiles& tiles, long t, long k, const float* x, long stride, float* to) {
  const long top = tiles.top(t), rows = tiles.top(t + 1) - top;
  if (rows == 1) memcpy(to + top * k, x + top * stride, (size_t)k * sizeof(float));
  else pack_panel(rows_of(x, stride), top, rows, 0, k, to + top * k, rows, false);
}

// For every tile and group of columns: done(first row, rows, first column, columns, c) with c[r][column] in rows of MOST_COLUMNS. `second`
// is absent or has the shape of `b`; its product then comes as c2.
template <class Done>
void multiply(const Tiles& tiles, const float* a, const itool::PackedMatrix& b, const itool::PackedMatrix* second, bool narrow, Done done) {
  const long panels = ceil_div(b.n, PANEL), stride = panel_numbers(b.k, narrow);
  const long threads = itool::thread_count();
  // Row blocks whose tiles fit into the second-level cache; columns are cut until every thread has about four tasks.
  const long block_tiles = most(1, 65536 / most(1, b.k * TILE_M));
  const long row_blocks = ceil_div(tiles.count, block_tiles);
  const bool alone = threads == 1 || tiles.m * b.n * b.k * (second == nullptr ? 1 : 2) < 40000;
  const long wanted = alone ? 1 : most(1, ceil_div(4 * threads, row_blocks));
  const long step = most(least(panels, MOST_PANELS), ceil_div(ceil_div(panels, wanted), MOST_PANELS) * MOST_PANELS);
  const long column_blocks = ceil_div(panels, step);
  const auto task = [&](long index) {
    alignas(64) float c[TILE_M * MOST_COLUMNS], c2[TILE_M * MOST_COLUMNS];
    const long rb = index / column_blocks, cb = index % column_blocks;
    const long t0 = rb * block_tiles, t1 = least(tiles.count, t0 + block_tiles);
    const long p0 = cb * step, p1 = least(panels, p0 + step);
    const int widest = PANEL_TILES[tiles.top(t0 + 1) - tiles.top(t0)].panels;
    for (long p = p0; p < p1;) {
      const long together = p1 - p >= widest ? widest : 1;
      for (long t = t0; t < t1; t++) {
        const long top = tiles.top(t), rows = tiles.top(t + 1) - top;
        const PanelTiles& kernels = PANEL_TILES[rows];
        // Heights of tiles differ by one, so `together` may be more or less than this height likes.
        for (long q = 0; q < together;) {
          const bool wide = together - q >= kernels.panels;
          const PanelTile kernel = wide ? kernels.wide[narrow] : kernels.one[narrow];
          const auto run = [&](const itool::PackedMatrix& w, float* to) {
            kernel(w.k, a + top * w.k, w.at + (p + q) * stride, stride, w.bias == nullptr ? ZEROS : w.bias + (p + q) * PANEL, to + q * PANEL);
          };
          run(b, c);
          if (second != nullptr) run(*second, c2);
          q += wide ? kernels.panels : 1;
        }
        const long first = p * PANEL;
        done(top, rows, first, least(together * PANEL, b.n - first), c, c2);
      }
      p += together;
    }
  };
  if (row_blocks * column_blocks == 1) task(0);
  else parallel_for(row_blocks * column_blocks, task);
}

}  // namespace
