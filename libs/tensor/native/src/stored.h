// Reads matrices of any storage as float32, a run of neighbours at a time.
#pragma once
#include "nf4.h"
#include "simd.h"

namespace {

using itool::Weight;

#if defined(ITOOL_ISA_AVX512)
inline vf from_bf16(const uint16_t* p) { return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i*)p)), 16)); }
// 16 numbers from 8 bytes
inline vf nf4_levels(const uint8_t* p) {
  const __m128i bytes = _mm_loadl_epi64((const __m128i*)p), low = _mm_set1_epi8(15);
  const __m128i codes = _mm_unpacklo_epi8(_mm_and_si128(_mm_srli_epi16(bytes, 4), low), _mm_and_si128(bytes, low));
  return _mm512_permutexvar_ps(_mm512_cvtepu8_epi32(codes), _mm512_loadu_ps(itool::NF4_LEVELS));
}
#elif defined(ITOOL_ISA_AVX2)
inline vf from_bf16(const uint16_t* p) { return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i*)p)), 16)); }
inline vf nf4_levels(const uint8_t* p) {
  int32_t four;
  memcpy(&four, p, 4);
  const __m128i bytes = _mm_cvtsi32_si128(four), low = _mm_set1_epi8(15);
  const __m128i codes = _mm_unpacklo_epi8(_mm_and_si128(_mm_srli_epi16(bytes, 4), low), _mm_and_si128(bytes, low));
  const __m256i index = _mm256_cvtepu8_epi32(codes);
  const __m256 below = _mm256_permutevar8x32_ps(_mm256_loadu_ps(itool::NF4_LEVELS), index);
  const __m256 above = _mm256_permutevar8x32_ps(_mm256_loadu_ps(itool::NF4_LEVELS + 8), index);
  return _mm256_blendv_ps(below, above, _mm256_castsi256_ps(_mm256_slli_epi32(index, 28)));
}
#else
inline vf from_bf16(const uint16_t* p) {
  float x[W];
  for (int i = 0; i < W; i++) {
    const uint32_t bits = (uint32_t)p[i] << 16;
    memcpy(x + i, &bits, 4);
  }
  return load(x);
}
inline vf nf4_levels(const uint8_t* p) {
  return vf{itool::NF4_LEVELS[p[0] >> 4], itool::NF4_LEVELS[p[0] & 15], itool::NF4_LEVELS[p[1] >> 4], itool::NF4_LEVELS[p[1] & 15]};
}
#endif

inline float one_of(const Weight& w, const itool::Nf4Parts& parts, int64_t i, float scale) {
  if (w.storage == itool::FLOAT32) return ((const float*)w.at)[i];
  if (w.storage == itool::BFLOAT16) {
    const uint32_t bits = (uint32_t)((const uint16_t*)w.at)[i] << 16;
    float x;
    memcpy(&x, &bits, 4);
    return x;
  }
  const uint8_t byte = parts.codes[i / 2];
  return itool::NF4_LEVELS[i % 2 == 0 ? byte >> 4 : byte & 15] * scale;
}

// out[0..n-1] = w[from..from+n-1]
inline void read_run(const Weight& w, int64_t from, int64_t n, float* out) {
  const int64_t end = from + n;
  int64_t i = from;
  if (w.storage == itool::FLOAT32) {
    memcpy(out, (const float*)w.at + from, (size_t)n * sizeof(float));
  } else if (w.storage == itool::BFLOAT16) {
    for (; i + W <= end; i += W) store(out + (i - from), from_bf16((const uint16_t*)w.at + i));
    for (; i < end; i++) out[i - from] = one_of(w, {}, i, 0);
  } else {
    const itool::Nf4Parts parts = nf4_parts(w.at, w.count);
    const float* map = itool::nf4_scale_map();
    while (i < end) {
      const int64_t block = i / itool::NF4_BLOCK, stop = end < (block + 1) * itool::NF4_BLOCK ? end : (block + 1) * itool::NF4_BLOCK;
      const float coded = map[parts.scale_codes[block]] * parts.absmax_scales[block / itool::NF4_GROUP];
      const float scale = coded + *parts.absmax_offset;
      if (i % 2 == 1) {
        out[i - from] = one_of(w, parts, i, scale);
        i++;
      }
      for (; i + W <= stop; i += W) store(out + (i - from), mul(nf4_levels(parts.codes + i / 2), set1(scale)));
      for (; i < stop; i++) out[i - from] = one_of(w, parts, i, scale);
    }
  }
}

}  // namespace
