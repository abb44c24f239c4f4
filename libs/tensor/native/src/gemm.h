// Matrix product in packed panels. Each element of C is one chain of fused multiply-adds in ascending k, carried in a register inside a block
// of k and through C between blocks, so no choice of block, tile or thread count can change a bit of it. With a frozen matrix that is not
// float32 the panel holds its numbers as float32; where the processor multiplies bf16 (ITOOL_DOT_BF16) both operands are rounded to it.
#pragma once
#include "pool.h"
#include "stored.h"

namespace {

template <class F>
inline void parallel_for(long count, F f) {
  itool::parallel(count, [](void* c, long i) { (*(F*)c)(i); }, &f);
}

struct Matrix {
  const float* at;
  long row, col;  // element (i,j) lies at at[i*row + j*col]; one of the two strides is 1, or the matrix has one row or column
  Weight stored = {};  // in place of `at` when it is not float32: element (i,j) is its number from + i*row + j*col
  int64_t from = 0;
};

// One term of a sum of products.
struct Product {
  Matrix a, b;
  long k;
};

enum Start { FROM_ZERO, FROM_C, FROM_BIAS };

constexpr int TILE_N = 2 * W;
constexpr long BLOCK_K = 256, BLOCK_N = 512, BLOCK_M = 8 * TILE_M;

#if defined(ITOOL_DOT_BF16)
// acc + a.odd * b.odd, then + a.even * b.even, of pairs of bf16: VDPBF16PS (Intel SDM), which rounds each sum to nearest even and takes
// subnormal numbers for 0. The emulated form gives the same bits on any AVX-512 processor, so that packing and tiles are tested there too.
#if ITOOL_DOT_BF16 == 1
inline vf dot(vf acc, vf a, vf b) { return _mm512_dpbf16_ps(acc, (__m512bh)_mm512_castps_si512(a), (__m512bh)_mm512_castps_si512(b)); }
#else
inline vf flushed(vf x) {
  const __m512i exponent = _mm512_set1_epi32(0x7f800000), sign = _mm512_set1_epi32((int)0x80000000);
  const __m512i bits = _mm512_castps_si512(x);
  return _mm512_castsi512_ps(_mm512_mask_blend_epi32(_mm512_test_epi32_mask(bits, exponent), _mm512_and_si512(bits, sign), bits));
}
inline vf odd_of(vf x) { return flushed(_mm512_castsi512_ps(_mm512_and_si512(_mm512_castps_si512(x), _mm512_set1_epi32((int)0xffff0000)))); }
inline vf even_of(vf x) { return flushed(_mm512_castsi512_ps(_mm512_slli_epi32(_mm512_castps_si512(x), 16))); }
inline vf dot(vf acc, vf a, vf b) {
  acc = flushed(fma(odd_of(a), odd_of(b), flushed(acc)));
  return flushed(fma(even_of(a), even_of(b), acc));
}
#endif
// The rows of a panel, two by two: each 32 bits hold the bf16 of an even row below that of the odd row after it.
inline void pair_rows(float* panel, long kc, long width) {
  const auto rounded = [](vf x) {
    const __m512i bits = _mm512_castps_si512(x);
    const __m512i up = _mm512_add_epi32(_mm512_set1_epi32(0x7fff), _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1)));
    const __mmask16 nan = _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q);
    return _mm512_mask_or_epi32(_mm512_add_epi32(bits, up), nan, bits, _mm512_set1_epi32(0x400000));
  };
  for (long k = 0; k < kc; k += 2)
    for (long i = 0; i < width; i += W) {
      const int part = (int)least(W, width - i);
      const __m512i even = rounded(load_part(panel + k * width + i, part));
      const __m512i odd = k + 1 < kc ? rounded(load_part(panel + (k + 1) * width + i, part)) : _mm512_setzero_si512();
      const __m512i both = _mm512_or_si512(_mm512_srli_epi32(even, 16), _mm512_and_si512(odd, _mm512_set1_epi32((int)0xffff0000)));
      store_part(panel + k / 2 * width + i, _mm512_castsi512_ps(both), part);
    }
}
constexpr bool HAS_DOT = true;
#else
inline vf dot(vf acc, vf, vf) { return acc; }
inline void pair_rows(float*, long, long) {}
constexpr bool HAS_DOT = false;
#endif

template <int R, int V>
inline void start_tile(vf (&acc)[R][V], const float* c, long ldc, int tail, Start start, const float* bias) {
  if (start == FROM_ZERO) {
#pragma GCC unroll 14
    for (int r = 0; r < R; r++)
#pragma GCC unroll 2
      for (int v = 0; v < V; v++) acc[r][v] = zero();
    return;
  }
  const float* from = start == FROM_C ? c : bias;
  const long stride = start == FROM_C ? ldc : 0;
#pragma GCC unroll 14
  for (int r = 0; r < R; r++)
#pragma GCC unroll 2
    for (int v = 0; v < V; v++) acc[r][v] = v + 1 < V || tail == W ? load(from + r * stride + v * W) : load_part(from + r * stride + v * W, tail);
}
template <int R, int V>
inline void finish_tile(const vf (&acc)[R][V], float* c, long ldc, int tail) {
  if (tail == W) {
#pragma GCC unroll 14
    for (int r = 0; r < R; r++)
#pragma GCC unroll 2
      for (int v = 0; v < V; v++) store(c + r * ldc + v * W, acc[r][v]);
    return;
  }
#pragma GCC unroll 14
  for (int r = 0; r < R; r++)
#pragma GCC unroll 2
    for (int v = 0; v < V; v++)
      if (v + 1 < V) store(c + r * ldc + v * W, acc[r][v]);
      else store_part(c + r * ldc + v * W, acc[r][v], tail);
}

// C tile of R rows and V vectors from packed panels; the last vector has `tail` lanes. DOT: the panels hold pairs of bf16, kc of them.
template <int R, int V, bool DOT>
void tile(long kc, const float* a, const float* b, float* c, long ldc, int tail, Start start, const float* bias) {
  vf acc[R][V];
  start_tile<R, V>(acc, c, ldc, tail, start, bias);
  for (long k = 0; k < kc; k++) {
    vf bv[V];
#pragma GCC unroll 2
    for (int v = 0; v < V; v++) bv[v] = load(b + v * W);
#pragma GCC unroll 14
    for (int r = 0; r < R; r++) {
      vf ar = set1(a[r]);
#pragma GCC unroll 2
      for (int v = 0; v < V; v++) acc[r][v] = DOT ? dot(acc[r][v], ar, bv[v]) : fma(ar, bv[v], acc[r][v]);
    }
    a += R;
    b += V * W;
  }
  finish_tile<R, V>(acc, c, ldc, tail);
}

// The same with A where it lies: element (r, k) at a[r*row + k*col].
template <int R, int V>
void tile_of_rows(long kc, const float* a, long row, long col, const float* b, float* c, long ldc, int tail, Start start, const float* bias) {
  vf acc[R][V];
  start_tile<R, V>(acc, c, ldc, tail, start, bias);
  for (long k = 0; k < kc; k++) {
    vf bv[V];
#pragma GCC unroll 2
    for (int v = 0; v < V; v++) bv[v] = load(b + v * W);
#pragma GCC unroll 14
    for (int r = 0; r < R; r++) {
      vf ar = set1(a[r * row]);
#pragma GCC unroll 2
      for (int v = 0; v < V; v++) acc[r][v] = fma(ar, bv[v], acc[r][v]);
    }
    a += col;
    b += V * W;
  }
  finish_tile<R, V>(acc, c, ldc, tail);
}

// The same with B where it lies: rows of neighbours, ldb apart.
template <int R, int V>
void tile_of_columns(long kc, const float* a, const float* b, long ldb, float* c, long ldc, int tail, Start start, const float* bias) {
  vf acc[R][V];
  start_tile<R, V>(acc, c, ldc, tail, start, bias);
  for (long k = 0; k < kc; k++) {
    vf bv[V];
#pragma GCC unroll 2
    for (int v = 0; v < V; v++) bv[v] = v + 1 < V || tail == W ? load(b + v * W) : load_part(b + v * W, tail);
#pragma GCC unroll 14
    for (int r = 0; r < R; r++) {
      vf ar = set1(a[r]);
#pragma GCC unroll 2
      for (int v = 0; v < V; v++) acc[r][v] = fma(ar, bv[v], acc[r][v]);
    }
    a += R;
    b += ldb;
  }
  finish_tile<R, V>(acc, c, ldc, tail);
}

typedef void (*Tile)(long, const float*, const float*, float*, long, int, Start, const float*);
typedef void (*TileOfRows)(long, const float*, long, long, const float*, float*, long, int, Start, const float*);
typedef void (*TileOfColumns)(long, const float*, const float*, long, float*, long, int, Start, const float*);
#if defined(ITOOL_ISA_AVX512)
#define ITOOL_HEIGHTS(F) {{nullptr, nullptr}, F(1), F(2), F(3), F(4), F(5), F(6), F(7), F(8), F(9), F(10), F(11), F(12), F(13), F(14)}
#elif defined(ITOOL_ISA_AVX2)
#define ITOOL_HEIGHTS(F) {{nullptr, nullptr}, F(1), F(2), F(3), F(4), F(5), F(6)}
#else
#define ITOOL_HEIGHTS(F) {{nullptr, nullptr}, F(1), F(2), F(3), F(4)}
#endif
#define ITOOL_PACKED(R) {tile<R, 1, false>, tile<R, 2, false>}
#define ITOOL_PAIRED(R) {tile<R, 1, HAS_DOT>, tile<R, 2, HAS_DOT>}
#define ITOOL_OF_ROWS(R) {tile_of_rows<R, 1>, tile_of_rows<R, 2>}
#define ITOOL_OF_COLUMNS(R) {tile_of_columns<R, 1>, tile_of_columns<R, 2>}
const Tile TILES[][2] = ITOOL_HEIGHTS(ITOOL_PACKED);
const Tile DOT_TILES[][2] = ITOOL_HEIGHTS(ITOOL_PAIRED);
const TileOfRows TILES_OF_ROWS[][2] = ITOOL_HEIGHTS(ITOOL_OF_ROWS);
const TileOfColumns TILES_OF_COLUMNS[][2] = ITOOL_HEIGHTS(ITOOL_OF_COLUMNS);
#undef ITOOL_PACKED
#undef ITOOL_PAIRED
#undef ITOOL_OF_ROWS
#undef ITOOL_OF_COLUMNS
#undef ITOOL_HEIGHTS

// dst[k*width + i] = m(first + i, k0 + k), i < count, zeros up to `width` when pad. m is read along its contiguous direction.
inline void pack_panel(const Matrix& m, long first, long count, long k0, long kc, float* dst, long width, bool pad) {
  const long lanes_total = pad ? width : count;
  const bool stored = m.stored.storage != itool::FLOAT32;
  if (m.row == 1) {
    for (long k = 0; k < kc; k++) {
      if (stored) {
        read_run(m.stored, m.from + first + (k0 + k) * m.col, count, dst + k * width);
        for (long i = count; i < lanes_total; i++) dst[k * width + i] = 0.0f;
        continue;
      }
      const float* src = m.at + first + (k0 + k) * m.col;
      for (long i = 0; i < lanes_total; i += W) {
        const int keep = (int)least(W, lanes_total - i), have = (int)most(0, least(keep, count - i));
        store_part(dst + k * width + i, have == W ? load(src + i) : load_part(src + i, have), keep);
      }
    }
    return;
  }
  constexpr long RUN = 8 * W;
  float runs[W * RUN];
  for (long i = 0; i < lanes_total; i += W) {
    const int keep = (int)least(W, lanes_total - i), have = (int)most(0, least(keep, count - i));
    if (!stored) {
      for (long k = 0; k < kc; k += W)
        transpose_block(m.at + (first + i) * m.row + k0 + k, m.row, have, (int)least(W, kc - k), dst + k * width + i, width, keep);
      continue;
    }
    for (long from = 0; from < kc; from += RUN) {
      const long n = least(RUN, kc - from);
      for (int r = 0; r < have; r++) read_run(m.stored, m.from + (first + i + r) * m.row + k0 + from, n, runs + r * RUN);
      for (long k = 0; k < n; k += W)
        transpose_block(runs + k, RUN, have, (int)least(W, n - k), dst + (from + k) * width + i, width, keep);
    }
  }
}

// Blocks of k of nearly equal length, even for pairs.
inline long k_step_of(long k) {
  const long step = most(1, ceil_div(k, most(1, ceil_div(k, BLOCK_K))));
  return HAS_DOT ? step + step % 2 : step;
}

// The tiles of rows m0..m1-1, of nearly equal height: 128 rows are ten tiles of 12 or 13, not nine of 14 and one of 2.
struct RowTiles {
  long m0, m1, count;
  RowTiles(long m0, long m1) : m0(m0), m1(m1), count(ceil_div(m1 - m0, TILE_M)) {}
  long top(long t) const { return m0 + (m1 - m0) * t / count; }
  long height(long t) const { return top(t + 1) - top(t); }
};

// C rows m0..m1-1, columns n0..n1-1 of a sum of products, on the calling thread.
inline void gemm_part(long m0, long m1, long n0, long n1, const Product* products, int terms, float* c, long ldc, Start start, const float* bias) {
  long longest = 0;
  for (int p = 0; p < terms; p++) longest = most(longest, k_step_of(products[p].k));
  const RowTiles tiles(m0, m1);
  float* pa = itool::scratch(itool::SLOT_A, (size_t)(BLOCK_M + TILE_M) * (longest + 1));
  float* pb = itool::scratch(itool::SLOT_B, (size_t)(least(BLOCK_N, n1 - n0) + TILE_N) * (longest + 1));
  for (long jc = n0; jc < n1; jc += BLOCK_N) {
    const long nc = least(BLOCK_N, n1 - jc);
    for (int p = 0; p < terms; p++) {
      const Matrix &a = products[p].a, &b = products[p].b;
      const Matrix bt{b.at, b.col, b.row, b.stored, b.from};
      const bool pairs = HAS_DOT && b.stored.storage != itool::FLOAT32;
      const long kk = products[p].k, k_step = k_step_of(kk);
      for (long pc = 0; (pc == 0 && p == 0) || pc < kk; pc += k_step) {
        const long kc = least(k_step, kk - pc);
        const long steps = pairs ? ceil_div(kc, 2) : kc;
        const Start from = pc == 0 && p == 0 ? start : FROM_C;
        for (long j = 0; j < nc; j += TILE_N) {
          const long width = nc - j > W ? TILE_N : W;
          pack_panel(bt, jc + j, least(width, nc - j), pc, kc, pb + j * k_step, width, true);
          if (pairs) pair_rows(pb + j * k_step, kc, width);
        }
        for (long t0 = 0; t0 < tiles.count;) {
          long t1 = t0, filled = 0;
          float* at[BLOCK_M];
          while (t1 < tiles.count) {
            const long height = tiles.height(t1);
            if (t1 > t0 && filled + height > BLOCK_M) break;
            at[t1 - t0] = pa + filled * k_step;
            pack_panel(a, tiles.top(t1), height, pc, kc, at[t1 - t0], height, false);
            if (pairs) pair_rows(at[t1 - t0], kc, height);
            filled += height;
            t1++;
          }
          for (long j = 0; j < nc; j += TILE_N) {
            const long left = nc - j;
            const int vectors = left > W ? 2 : 1;
            const int tail = (int)(least(left, TILE_N) - (vectors - 1) * W);
            for (long t = t0; t < t1; t++) {
              const Tile run = (pairs ? DOT_TILES : TILES)[tiles.height(t)][vectors - 1];
              run(steps, at[t - t0], pb + j * k_step, c + tiles.top(t) * ldc + jc + j, ldc, tail, from, bias == nullptr ? nullptr : bias + jc + j);
            }
          }
          t0 = t1;
        }
      }
    }
  }
}

// A product with at most TILE_N columns: packing A, which no second column tile would read again, is left out.
inline void gemm_narrow(long m0, long m1, long n, const Product& product, float* c, long ldc, Start start, const float* bias) {
  const Matrix &a = product.a, &b = product.b;
  const Matrix bt{b.at, b.col, b.row};
  const RowTiles tiles(m0, m1);
  const long k_step = k_step_of(product.k);
  const long width = n > W ? TILE_N : W;
  const int vectors = n > W ? 2 : 1, tail = (int)(n - (vectors - 1) * W);
  float* pb = itool::scratch(itool::SLOT_B, (size_t)(width * (k_step + 1)));
  for (long pc = 0; pc == 0 || pc < product.k; pc += k_step) {
    const long kc = least(k_step, product.k - pc);
    pack_panel(bt, 0, n, pc, kc, pb, width, true);
    for (long t = 0; t < tiles.count; t++)
      TILES_OF_ROWS[tiles.height(t)][vectors - 1](kc, a.at + tiles.top(t) * a.row + pc * a.col, a.row, a.col, pb, c + tiles.top(t) * ldc, ldc, tail,
                                                  pc == 0 ? start : FROM_C, bias);
  }
}

// A product with at most two tiles of rows and B in rows: packing B, which hardly any row tile would read again, is left out.
inline void gemm_flat(long m, long n0, long n1, const Product& product, float* c, long ldc, Start start, const float* bias) {
  const Matrix &a = product.a, &b = product.b;
  const RowTiles tiles(0, m);
  constexpr long STEP = 64;  // rows of B that stay in the cache from one row tile to the next
  float* pa = itool::scratch(itool::SLOT_A, (size_t)((m + TILE_M) * STEP));
  for (long pc = 0; pc == 0 || pc < product.k; pc += STEP) {
    const long kc = least(STEP, product.k - pc);
    for (long t = 0; t < tiles.count; t++) pack_panel(a, tiles.top(t), tiles.height(t), pc, kc, pa + tiles.top(t) * STEP, tiles.height(t), false);
    for (long j = n0; j < n1; j += TILE_N) {
      const long left = n1 - j;
      const int vectors = left > W ? 2 : 1, tail = (int)(least(left, TILE_N) - (vectors - 1) * W);
      for (long t = 0; t < tiles.count; t++)
        TILES_OF_COLUMNS[tiles.height(t)][vectors - 1](kc, pa + tiles.top(t) * STEP, b.at + pc * b.row + j, b.row, c + tiles.top(t) * ldc + j, ldc, tail,
                                                       pc == 0 ? start : FROM_C, bias == nullptr ? nullptr : bias + j);
    }
  }
}

// C[m,n] (rows ldc apart) = start + the sum of A[m,k] B[k,n], the terms one after the other.
inline void gemm_sum(long m, long n, const Product* products, int terms, float* c, long ldc, Start start, const float* bias) {
  if (m <= 0 || n <= 0) return;
  const Product& first = products[0];
  const bool plain = terms == 1 && first.b.stored.storage == itool::FLOAT32 && first.a.stored.storage == itool::FLOAT32;
  const bool narrow = plain && n <= TILE_N && m > TILE_M;
  const bool flat = plain && !narrow && m <= 2 * TILE_M && first.b.col == 1 && first.k > 0;
  const auto part = [&](long m0, long m1, long n0, long n1) {
    if (narrow) gemm_narrow(m0, m1, n, first, c, ldc, start, bias);
    else if (flat) gemm_flat(m, n0, n1, first, c, ldc, start, bias);
    else gemm_part(m0, m1, n0, n1, products, terms, c, ldc, start, bias);
  };
  long work = 0;
  for (int p = 0; p < terms; p++) work += products[p].k;
  const long threads = itool::thread_count();
  // Below about ten microseconds of work, waking others costs more than it gives.
  if (threads == 1 || m * n * work < 400000) return part(0, m, 0, n);
  // Two parts per thread even out unequal threads. Each part packs its rows of A and its columns of B: the cut that packs least.
  const long wanted = 2 * threads;
  long row_parts = 1, column_parts = 1, most_parts = 0, least_packed = 0;
  for (long rows = 1; rows <= wanted; rows++) {
    if (rows > 1 && (flat || m / rows < 4 * TILE_M)) break;
    const long columns = narrow ? 1 : least(ceil_div(wanted, rows), ceil_div(n, TILE_N));
    const long parts = least(wanted, rows * columns), packed = rows * n + columns * m;
    if (parts < most_parts || (parts == most_parts && packed >= least_packed)) continue;
    most_parts = parts;
    least_packed = packed;
    row_parts = rows;
    column_parts = columns;
  }
  const long row_step = row_parts == 1 ? m : ceil_div(ceil_div(m, row_parts), TILE_M) * TILE_M;
  const long column_step = column_parts == 1 ? n : ceil_div(ceil_div(n, column_parts), TILE_N) * TILE_N;
  row_parts = ceil_div(m, row_step);
  column_parts = ceil_div(n, column_step);
  parallel_for(row_parts * column_parts, [&](long i) {
    const long m0 = i % row_parts * row_step, n0 = i / row_parts * column_step;
    part(m0, least(m, m0 + row_step), n0, least(n, n0 + column_step));
  });
}
inline void gemm(long m, long n, long k, const Matrix& a, const Matrix& b, float* c, long ldc, Start start, const float* bias) {
  const Product product{a, b, k};
  gemm_sum(m, n, &product, 1, c, ldc, start, bias);
}

inline Matrix rows_of(const float* p, long stride) { return {p, stride, 1}; }
inline Matrix transposed(const float* p, long stride) { return {p, 1, stride}; }
// Of a weight from its row `first` on.
inline Matrix rows_of(const Weight& w, long stride, long first = 0) { return {(const float*)w.at + first * stride, stride, 1, w, (int64_t)first * stride}; }
inline Matrix transposed(const Weight& w, long stride, long first = 0) { return {(const float*)w.at + first * stride, 1, stride, w, (int64_t)first * stride}; }

}  // namespace
