#include "nf4.h"

#include <math.h>

#include <algorithm>
#include <vector>

namespace itool {

const float NF4_LEVELS[16] = {-1.0f,
                              -0.6961928009986877f,
                              -0.5250730514526367f,
                              -0.39491748809814453f,
                              -0.28444138169288635f,
                              -0.18477343022823334f,
                              -0.09105003625154495f,
                              0.0f,
                              0.07958029955625534f,
                              0.16093020141124725f,
                              0.24611230194568634f,
                              0.33791524171829224f,
                              0.44070982933044434f,
                              0.5626170039176941f,
                              0.7229568362236023f,
                              1.0f};

namespace {

// For i = 0..6 the midpoints of 2^i + 1 even points from 0.1 to 1, times 10^(i-6), with both signs; 0 and 1.
std::vector<float> scale_map() {
  std::vector<float> values{0.0f, 1.0f};
  for (int i = 0; i < 7; i++) {
    const int parts = 1 << i;
    for (int j = 0; j < parts; j++) {
      const double low = 0.1 + 0.9 * j / parts, high = 0.1 + 0.9 * (j + 1) / parts;
      double value = (low + high) / 2;
      for (int power = i; power < 6; power++) value /= 10;
      values.push_back((float)value);
      values.push_back((float)-value);
    }
  }
  std::sort(values.begin(), values.end());
  return values;
}

// Index of the value nearest to x; the lower of two equally near.
int nearest_index(const float* ascending, int count, float x) {
  const int above = (int)(std::lower_bound(ascending, ascending + count, x) - ascending);
  if (above == 0) return 0;
  if (above == count) return count - 1;
  return (double)x - ascending[above - 1] <= (double)ascending[above] - x ? above - 1 : above;
}

}  // namespace

const float* nf4_scale_map() {
  static const std::vector<float>* map = new std::vector<float>(scale_map());
  return map->data();
}

void quantise_nf4(int64_t count, const float* x, void* out) {
  const Nf4Parts parts = nf4_parts(out, count);
  uint8_t *codes = (uint8_t*)parts.codes, *scale_codes = (uint8_t*)parts.scale_codes;
  float *scales = (float*)parts.absmax_scales, *offset = (float*)parts.absmax_offset;
  memset(out, 0, (size_t)nf4_bytes(count));
  const int64_t blocks = nf4_blocks(count);
  std::vector<float> absmax((size_t)blocks);
  double sum = 0;
  for (int64_t b = 0; b < blocks; b++) {
    const int64_t from = b * NF4_BLOCK, to = std::min(count, from + NF4_BLOCK);
    float largest = 0;
    for (int64_t i = from; i < to; i++) largest = std::max(largest, fabsf(x[i]));
    absmax[(size_t)b] = largest;
    sum += largest;
    for (int64_t i = from; i < to; i++) {
      const int code = largest == 0 ? 7 : nearest_index(NF4_LEVELS, 16, x[i] / largest);
      codes[i / 2] = (uint8_t)(codes[i / 2] | (i % 2 == 0 ? code << 4 : code));
    }
  }
  *offset = blocks == 0 ? 0.0f : (float)(sum / (double)blocks);
  for (int64_t g = 0; g * NF4_GROUP < blocks; g++) {
    const int64_t from = g * NF4_GROUP, to = std::min(blocks, from + NF4_GROUP);
    float largest = 0;
    for (int64_t b = from; b < to; b++) largest = std::max(largest, fabsf(absmax[(size_t)b] - *offset));
    scales[g] = largest;
    for (int64_t b = from; b < to; b++)
      scale_codes[b] = (uint8_t)nearest_index(nf4_scale_map(), 256, largest == 0 ? 0.0f : (absmax[(size_t)b] - *offset) / largest);
  }
}

void round_bf16(int64_t count, const float* x, uint16_t* out) {
  for (int64_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, x + i, 4);
    if ((bits & 0x7fffffffu) > 0x7f800000u) out[i] = (uint16_t)(bits >> 16 | 0x40);  // NaN stays one
    else out[i] = (uint16_t)((bits + 0x7fffu + (bits >> 16 & 1)) >> 16);
  }
}

}  // namespace itool
