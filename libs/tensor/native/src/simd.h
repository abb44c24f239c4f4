// One vector type per instruction set. Every function here is internal to the translation unit: the same source is compiled once per
// instruction set, and an inline function with external linkage could be merged by the linker into code that an older processor runs.
//
// Rounding is part of the interface: fma() is one fused multiply-add where the instruction set has it (and multiply then add, never
// contracted, in the portable build), hsum() adds in one fixed tree, exp() is the same polynomial for each lane. Full and partial vectors
// go through the same arithmetic; partial ones differ in loads and stores only.
#pragma once
#include <math.h>
#include <stdint.h>
#include <string.h>

#if defined(ITOOL_ISA_AVX512) || defined(ITOOL_ISA_AVX2)
#include <immintrin.h>
#endif

namespace {

inline long least(long a, long b) { return a < b ? a : b; }
inline long most(long a, long b) { return a > b ? a : b; }
inline long ceil_div(long a, long b) { return (a + b - 1) / b; }

#if defined(ITOOL_ISA_AVX512)
// ---------------------------------------------------------------------------------------------------------------- AVX-512
#if !defined(ITOOL_DOT_BF16)
#define ITOOL_ISA_NAME avx512
#elif ITOOL_DOT_BF16 == 1
#define ITOOL_ISA_NAME avx512bf16
#else
#define ITOOL_ISA_NAME avx512bf16_emulated
#endif
constexpr int W = 16, TILE_M = 14, QUERY_ROWS = 8;
typedef __m512 vf;
inline __mmask16 lanes(int n) { return (__mmask16)((1u << n) - 1u); }
inline vf zero() { return _mm512_setzero_ps(); }
inline vf set1(float x) { return _mm512_set1_ps(x); }
inline vf load(const float* p) { return _mm512_loadu_ps(p); }
inline void store(float* p, vf v) { _mm512_storeu_ps(p, v); }
inline vf load_part(const float* p, int n) { return _mm512_maskz_loadu_ps(lanes(n), p); }
inline void store_part(float* p, vf v, int n) { _mm512_mask_storeu_ps(p, lanes(n), v); }
inline vf add(vf a, vf b) { return _mm512_add_ps(a, b); }
inline vf sub(vf a, vf b) { return _mm512_sub_ps(a, b); }
inline vf mul(vf a, vf b) { return _mm512_mul_ps(a, b); }
inline vf divide(vf a, vf b) { return _mm512_div_ps(a, b); }
inline vf root(vf a) { return _mm512_sqrt_ps(a); }
inline vf fma(vf a, vf b, vf c) { return _mm512_fmadd_ps(a, b, c); }
inline vf larger(vf a, vf b) { return _mm512_max_ps(a, b); }
inline vf smaller(vf a, vf b) { return _mm512_min_ps(a, b); }
inline vf nearest(vf a) { return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
// x < limit ? a : b
inline vf where_less(vf x, vf limit, vf a, vf b) { return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(x, limit, _CMP_LT_OQ), b, a); }
// v * 2^n for an integral n in [-252, 252], in two factors so that the exponent field never overflows.
inline vf scale_by_power(vf v, vf n) {
  __m512i i = _mm512_cvtps_epi32(n), half = _mm512_srai_epi32(i, 1), rest = _mm512_sub_epi32(i, half), bias = _mm512_set1_epi32(127);
  vf f1 = _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_add_epi32(half, bias), 23));
  vf f2 = _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_add_epi32(rest, bias), 23));
  return mul(mul(v, f1), f2);
}
// Transposes up to 16 rows of up to 16 numbers: dst[k*dst_stride + r] = src[r*src_stride + k]; rows beyond `rows` become 0, `keep` lanes are stored.
inline void transpose_block(const float* src, long src_stride, int rows, int ks, float* dst, long dst_stride, int keep) {
  vf r[16], t[16];
  for (int i = 0; i < 16; i++) r[i] = i < rows ? load_part(src + i * src_stride, ks) : zero();
#pragma GCC unroll 8
  for (int i = 0; i < 8; i++) {
    t[2 * i] = _mm512_unpacklo_ps(r[2 * i], r[2 * i + 1]);
    t[2 * i + 1] = _mm512_unpackhi_ps(r[2 * i], r[2 * i + 1]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    __m512d a = _mm512_castps_pd(t[4 * i]), b = _mm512_castps_pd(t[4 * i + 1]), c = _mm512_castps_pd(t[4 * i + 2]), d = _mm512_castps_pd(t[4 * i + 3]);
    r[4 * i] = _mm512_castpd_ps(_mm512_unpacklo_pd(a, c));
    r[4 * i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(a, c));
    r[4 * i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(b, d));
    r[4 * i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(b, d));
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    t[i] = _mm512_shuffle_f32x4(r[i], r[i + 4], 0x88);
    t[i + 4] = _mm512_shuffle_f32x4(r[i], r[i + 4], 0xdd);
    t[i + 8] = _mm512_shuffle_f32x4(r[i + 8], r[i + 12], 0x88);
    t[i + 12] = _mm512_shuffle_f32x4(r[i + 8], r[i + 12], 0xdd);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    r[i] = _mm512_shuffle_f32x4(t[i], t[i + 8], 0x88);
    r[i + 8] = _mm512_shuffle_f32x4(t[i], t[i + 8], 0xdd);
    r[i + 4] = _mm512_shuffle_f32x4(t[i + 4], t[i + 12], 0x88);
    r[i + 12] = _mm512_shuffle_f32x4(t[i + 4], t[i + 12], 0xdd);
  }
  const __mmask16 m = lanes(keep);
  if (ks == 16) {
#pragma GCC unroll 16
    for (int k = 0; k < 16; k++) _mm512_mask_storeu_ps(dst + k * dst_stride, m, r[k]);
  } else {
    for (int k = 0; k < ks; k++) _mm512_mask_storeu_ps(dst + k * dst_stride, m, r[k]);
  }
}

#elif defined(ITOOL_ISA_AVX2)
// ------------------------------------------------------------------------------------------------------------------ AVX2
#define ITOOL_ISA_NAME avx2
constexpr int W = 8, TILE_M = 6, QUERY_ROWS = 4;
typedef __m256 vf;
alignas(32) const int32_t LANE_TABLE[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};
inline __m256i lanes(int n) { return _mm256_loadu_si256((const __m256i*)(LANE_TABLE + 8 - n)); }
inline vf zero() { return _mm256_setzero_ps(); }
inline vf set1(float x) { return _mm256_set1_ps(x); }
inline vf load(const float* p) { return _mm256_loadu_ps(p); }
inline void store(float* p, vf v) { _mm256_storeu_ps(p, v); }
inline vf load_part(const float* p, int n) { return _mm256_maskload_ps(p, lanes(n)); }
inline void store_part(float* p, vf v, int n) {
  if (n == 8) _mm256_storeu_ps(p, v);
  else _mm256_maskstore_ps(p, lanes(n), v);
}
inline vf add(vf a, vf b) { return _mm256_add_ps(a, b); }
inline vf sub(vf a, vf b) { return _mm256_sub_ps(a, b); }
inline vf mul(vf a, vf b) { return _mm256_mul_ps(a, b); }
inline vf divide(vf a, vf b) { return _mm256_div_ps(a, b); }
inline vf root(vf a) { return _mm256_sqrt_ps(a); }
inline vf fma(vf a, vf b, vf c) { return _mm256_fmadd_ps(a, b, c); }
inline vf larger(vf a, vf b) { return _mm256_max_ps(a, b); }
inline vf smaller(vf a, vf b) { return _mm256_min_ps(a, b); }
inline vf nearest(vf a) { return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
inline vf where_less(vf x, vf limit, vf a, vf b) { return _mm256_blendv_ps(b, a, _mm256_cmp_ps(x, limit, _CMP_LT_OQ)); }
inline vf scale_by_power(vf v, vf n) {
  __m256i i = _mm256_cvtps_epi32(n), half = _mm256_srai_epi32(i, 1), rest = _mm256_sub_epi32(i, half), bias = _mm256_set1_epi32(127);
  vf f1 = _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(half, bias), 23));
  vf f2 = _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(rest, bias), 23));
  return mul(mul(v, f1), f2);
}
inline void transpose_block(const float* src, long src_stride, int rows, int ks, float* dst, long dst_stride, int keep) {
  vf r[8], t[8];
  for (int i = 0; i < 8; i++) r[i] = i < rows ? load_part(src + i * src_stride, ks) : zero();
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    t[2 * i] = _mm256_unpacklo_ps(r[2 * i], r[2 * i + 1]);
    t[2 * i + 1] = _mm256_unpackhi_ps(r[2 * i], r[2 * i + 1]);
  }
#pragma GCC unroll 2
  for (int i = 0; i < 2; i++) {
    r[4 * i] = _mm256_shuffle_ps(t[4 * i], t[4 * i + 2], 0x44);
    r[4 * i + 1] = _mm256_shuffle_ps(t[4 * i], t[4 * i + 2], 0xee);
    r[4 * i + 2] = _mm256_shuffle_ps(t[4 * i + 1], t[4 * i + 3], 0x44);
    r[4 * i + 3] = _mm256_shuffle_ps(t[4 * i + 1], t[4 * i + 3], 0xee);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    t[i] = _mm256_permute2f128_ps(r[i], r[i + 4], 0x20);
    t[i + 4] = _mm256_permute2f128_ps(r[i], r[i + 4], 0x31);
  }
  for (int k = 0; k < ks; k++) store_part(dst + k * dst_stride, t[k], keep);
}

#else
// -------------------------------------------------------------------------------------------------------------- portable
#define ITOOL_ISA_NAME portable
constexpr int W = 4, TILE_M = 4, QUERY_ROWS = 4;
typedef float vf __attribute__((vector_size(16)));
typedef int32_t vi __attribute__((vector_size(16)));
inline vf set1(float x) { return vf{x, x, x, x}; }
inline vf zero() { return set1(0.0f); }
inline vf load(const float* p) { vf v; memcpy(&v, p, 16); return v; }
inline void store(float* p, vf v) { memcpy(p, &v, 16); }
inline vf load_part(const float* p, int n) { vf v = zero(); for (int i = 0; i < n; i++) v[i] = p[i]; return v; }
inline void store_part(float* p, vf v, int n) { for (int i = 0; i < n; i++) p[i] = v[i]; }
inline vf add(vf a, vf b) { return a + b; }
inline vf sub(vf a, vf b) { return a - b; }
inline vf mul(vf a, vf b) { return a * b; }
inline vf divide(vf a, vf b) { return a / b; }
inline vf root(vf a) { return vf{sqrtf(a[0]), sqrtf(a[1]), sqrtf(a[2]), sqrtf(a[3])}; }
inline vf fma(vf a, vf b, vf c) { return a * b + c; }
inline vf larger(vf a, vf b) { return a > b ? a : b; }
inline vf smaller(vf a, vf b) { return a < b ? a : b; }
inline vf nearest(vf a) { return vf{rintf(a[0]), rintf(a[1]), rintf(a[2]), rintf(a[3])}; }
inline vf where_less(vf x, vf limit, vf a, vf b) { return x < limit ? a : b; }
inline vf scale_by_power(vf v, vf n) {
  vi i = __builtin_convertvector(n, vi), half = i >> 1, rest = i - half;
  vi e1 = (half + 127) << 23, e2 = (rest + 127) << 23;
  vf f1, f2;
  memcpy(&f1, &e1, 16);
  memcpy(&f2, &e2, 16);
  return v * f1 * f2;
}
inline void transpose_block(const float* src, long src_stride, int rows, int ks, float* dst, long dst_stride, int keep) {
  for (int k = 0; k < ks; k++)
    for (int r = 0; r < keep; r++) dst[k * dst_stride + r] = r < rows ? src[r * src_stride + k] : 0.0f;
}
#endif

// Adds the lanes pairwise: lane i with lane i + W/2, and so on. The same tree whatever the data.
inline float hsum(vf v) {
  alignas(64) float a[W];
  store(a, v);
  for (int h = W / 2; h > 0; h /= 2)
    for (int i = 0; i < h; i++) a[i] += a[i + h];
  return a[0];
}
inline float hmax(vf v) {
  alignas(64) float a[W];
  store(a, v);
  float m = a[0];
  for (int i = 1; i < W; i++) m = a[i] > m ? a[i] : m;
  return m;
}

// e^x: Cody-Waite reduction by ln 2 and a polynomial of degree 6 (coefficients of Cephes expf), relative error below 2e-7.
// Below -87.33 the result is 0 (subnormal results are flushed), above 88.72 it is +inf, NaN stays NaN.
inline vf exponential(vf x) {
  vf c = larger(set1(-87.33f), smaller(set1(88.73f), x));
  vf n = nearest(mul(c, set1(1.44269504088896341f)));
  vf r = fma(n, set1(-0.693359375f), c);
  r = fma(n, set1(2.12194440e-4f), r);
  vf p = set1(1.9875691500E-4f);
  p = fma(p, r, set1(1.3981999507E-3f));
  p = fma(p, r, set1(8.3334519073E-3f));
  p = fma(p, r, set1(4.1665795894E-2f));
  p = fma(p, r, set1(1.6666665459E-1f));
  p = fma(p, r, set1(5.0000001201E-1f));
  p = add(fma(p, mul(r, r), r), set1(1.0f));
  vf y = scale_by_power(p, n);
  return where_less(x, set1(-87.33f), zero(), y);
}

// Calls f(offset, lanes) over n numbers, W at a time; the last call may have fewer lanes.
template <class F>
inline void each_vector(long n, F f) {
  long i = 0;
  for (; i + W <= n; i += W) f(i, W);
  if (i < n) f(i, (int)(n - i));
}

}  // namespace
