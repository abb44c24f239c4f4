// Matrix product in packed panels. Each element of C is one chain of fused multiply-adds in ascending k, carried in a register inside a block
// of k and through C between blocks, so no choice of block, tile or thread count can change a bit of it.
#pragma once
#include "pool.h"
#include "simd.h"

namespace {

template <class F>
inline void parallel_for(long count, F f) {
  itool::parallel(count, [](void* c, long i) { (*(F*)c)(i); }, &f);
}

struct Matrix {
  const float* at;
  long row, col;  // element (i,j) lies at at[i*row + j*col]; one of the two strides is 1, or the matrix has one row or column
};

enum Start { FROM_ZERO, FROM_C, FROM_BIAS };

constexpr int TILE_N = 2 * W;
constexpr long BLOCK_K = 256, BLOCK_N = 512, BLOCK_M = 8 * TILE_M;

// C tile of R rows and V vectors; the last vector has `tail` lanes.
template <int R, int V>
void tile(long kc, const float* a, const float* b, float* c, long ldc, int tail, Start start, const float* bias) {
  vf acc[R][V];
  if (start == FROM_ZERO) {
#pragma GCC unroll 14
    for (int r = 0; r < R; r++)
#pragma GCC unroll 2
      for (int v = 0; v < V; v++) acc[r][v] = zero();
  } else {
    const float* from = start == FROM_C ? c : bias;
    const long stride = start == FROM_C ? ldc : 0;
#pragma GCC unroll 14
    for (int r = 0; r < R; r++)
#pragma GCC unroll 2
      for (int v = 0; v < V; v++) acc[r][v] = v + 1 < V || tail == W ? load(from + r * stride + v * W) : load_part(from + r * stride + v * W, tail);
  }
  for (long k = 0; k < kc; k++) {
    vf bv[V];
#pragma GCC unroll 2
    for (int v = 0; v < V; v++) bv[v] = load(b + v * W);
#pragma GCC unroll 14
    for (int r = 0; r < R; r++) {
      vf ar = set1(a[r]);
#pragma GCC unroll 2
      for (int v = 0; v < V; v++) acc[r][v] = fma(ar, bv[v], acc[r][v]);
    }
    a += R;
    b += V * W;
  }
  if (tail == W) {
#pragma GCC unroll 14
    for (int r = 0; r < R; r++)
#pragma GCC unroll 2
      for (int v = 0; v < V; v++) store(c + r * ldc + v * W, acc[r][v]);
  } else {
#pragma GCC unroll 14
    for (int r = 0; r < R; r++)
#pragma GCC unroll 2
      for (int v = 0; v < V; v++)
        if (v + 1 < V) store(c + r * ldc + v * W, acc[r][v]);
        else store_part(c + r * ldc + v * W, acc[r][v], tail);
  }
}

typedef void (*Tile)(long, const float*, const float*, float*, long, int, Start, const float*);
#define ITOOL_TILES(R) {tile<R, 1>, tile<R, 2>}
const Tile TILES[][2] = {
    {nullptr, nullptr}, ITOOL_TILES(1), ITOOL_TILES(2), ITOOL_TILES(3), ITOOL_TILES(4),
#if defined(ITOOL_ISA_AVX512) || defined(ITOOL_ISA_AVX2)
    ITOOL_TILES(5), ITOOL_TILES(6),
#endif
#if defined(ITOOL_ISA_AVX512)
    ITOOL_TILES(7), ITOOL_TILES(8), ITOOL_TILES(9), ITOOL_TILES(10), ITOOL_TILES(11), ITOOL_TILES(12), ITOOL_TILES(13), ITOOL_TILES(14),
#endif
};
#undef ITOOL_TILES

// dst[k*width + i] = m(first + i, k0 + k), i < count, zeros up to `width` when pad. m is read along its contiguous direction.
inline void pack_panel(Matrix m, long first, long count, long k0, long kc, float* dst, long width, bool pad) {
  const long lanes_total = pad ? width : count;
  if (m.row == 1) {
    for (long k = 0; k < kc; k++) {
      const float* src = m.at + first + (k0 + k) * m.col;
      for (long i = 0; i < lanes_total; i += W) {
        const int keep = (int)least(W, lanes_total - i), have = (int)most(0, least(keep, count - i));
        store_part(dst + k * width + i, have == W ? load(src + i) : load_part(src + i, have), keep);
      }
    }
  } else {
    for (long i = 0; i < lanes_total; i += W) {
      const int keep = (int)least(W, lanes_total - i), have = (int)most(0, least(keep, count - i));
      for (long k = 0; k < kc; k += W)
        transpose_block(m.at + (first + i) * m.row + k0 + k, m.row, have, (int)least(W, kc - k), dst + k * width + i, width, keep);
    }
  }
}

// C rows m0..m1-1, columns n0..n1-1, on the calling thread.
inline void gemm_part(long m0, long m1, long n0, long n1, long kk, Matrix a, Matrix b, float* c, long ldc, Start start, const float* bias) {
  const long k_step = most(1, ceil_div(kk, most(1, ceil_div(kk, BLOCK_K))));
  const long tiles = ceil_div(m1 - m0, TILE_M);
  float* pa = itool::scratch(itool::SLOT_A, (size_t)(BLOCK_M + TILE_M) * (k_step + 1));
  float* pb = itool::scratch(itool::SLOT_B, (size_t)(least(BLOCK_N, n1 - n0) + TILE_N) * (k_step + 1));
  const Matrix bt{b.at, b.col, b.row};
  for (long jc = n0; jc < n1; jc += BLOCK_N) {
    const long nc = least(BLOCK_N, n1 - jc);
    for (long pc = 0; pc == 0 || pc < kk; pc += k_step) {
      const long kc = least(k_step, kk - pc);
      const Start from = pc == 0 ? start : FROM_C;
      for (long j = 0; j < nc; j += TILE_N) {
        const long width = nc - j > W ? TILE_N : W;
        pack_panel(bt, jc + j, least(width, nc - j), pc, kc, pb + j * kc, width, true);
      }
      // Tiles of nearly equal height: 128 rows are ten tiles of 12 or 13, not nine of 14 and one of 2.
      for (long t0 = 0; t0 < tiles;) {
        const long first = m0 + (m1 - m0) * t0 / tiles;
        long t1 = t0, filled = 0;
        float* at[BLOCK_M];
        while (t1 < tiles) {
          const long top = m0 + (m1 - m0) * t1 / tiles, bottom = m0 + (m1 - m0) * (t1 + 1) / tiles;
          if (t1 > t0 && bottom - first > BLOCK_M) break;
          at[t1 - t0] = pa + filled * kc;
          pack_panel(a, top, bottom - top, pc, kc, at[t1 - t0], bottom - top, false);
          filled += bottom - top;
          t1++;
        }
        for (long j = 0; j < nc; j += TILE_N) {
          const long left = nc - j;
          const int vectors = left > W ? 2 : 1;
          const int tail = (int)(least(left, TILE_N) - (vectors - 1) * W);
          for (long t = t0; t < t1; t++) {
            const long top = m0 + (m1 - m0) * t / tiles, bottom = m0 + (m1 - m0) * (t + 1) / tiles;
            TILES[bottom - top][vectors - 1](kc, at[t - t0], pb + j * kc, c + top * ldc + jc + j, ldc, tail, from,
                                             bias == nullptr ? nullptr : bias + jc + j);
          }
        }
        t0 = t1;
      }
    }
  }
}

// C[m,n] (rows ldc apart) = start + A[m,k] B[k,n].
inline void gemm(long m, long n, long k, Matrix a, Matrix b, float* c, long ldc, Start start, const float* bias) {
  if (m <= 0 || n <= 0) return;
  const long threads = itool::thread_count();
  // Below about ten microseconds of work, waking others costs more than it gives.
  if (threads == 1 || m * n * k < 400000) return gemm_part(0, m, 0, n, k, a, b, c, ldc, start, bias);
  // Two parts per thread even out unequal threads. Rows are cut while the parts stay tall enough to pay for packing B again; columns else.
  const long wanted = 2 * threads;
  long row_parts = most(1, least(wanted, m / (4 * TILE_M)));
  long column_parts = most(1, least(ceil_div(wanted, row_parts), ceil_div(n, TILE_N)));
  const long row_step = row_parts == 1 ? m : ceil_div(ceil_div(m, row_parts), TILE_M) * TILE_M;
  const long column_step = column_parts == 1 ? n : ceil_div(ceil_div(n, column_parts), TILE_N) * TILE_N;
  row_parts = ceil_div(m, row_step);
  column_parts = ceil_div(n, column_step);
  parallel_for(row_parts * column_parts, [&](long part) {
    const long m0 = part % row_parts * row_step, n0 = part / row_parts * column_step;
    gemm_part(m0, least(m, m0 + row_step), n0, least(n, n0 + column_step), k, a, b, c, ldc, start, bias);
  });
}

inline Matrix rows_of(const float* p, long stride) { return {p, stride, 1}; }
inline Matrix transposed(const float* p, long stride) { return {p, 1, stride}; }

}  // namespace
