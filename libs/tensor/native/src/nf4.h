// Frozen matrices in fewer bits. bf16: the upper half of a float32, rounded to nearest even. NF4 with double quantisation (Dettmers et al.
// 2023, QLoRA, section 3): blocks of 64 numbers in index order, each a level of 16 times the block's largest magnitude; two codes per byte,
// the first number in the high nibble; the magnitudes less their mean, in blocks of 256, are coded by the signed dynamic 8-bit map times the
// largest of them. A number is level * scale with scale = map[code] * absmax_scale + absmax_offset, each operation rounded to float32.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "kernels.h"

namespace itool {

constexpr int64_t NF4_BLOCK = 64, NF4_GROUP = 256;

extern const float NF4_LEVELS[16];
// 256 values, ascending (Dettmers 2022, 8-bit optimizers; the signed dynamic tree map).
const float* nf4_scale_map();

void quantise_nf4(int64_t count, const float* x, void* out);
void round_bf16(int64_t count, const float* x, uint16_t* out);

struct Nf4Parts {
  const uint8_t* codes;         // [ceil(count/2)]
  const uint8_t* scale_codes;   // [blocks]
  const float* absmax_scales;   // [ceil(blocks/256)]
  const float* absmax_offset;   // [1]
};

}  // namespace itool

namespace {

inline int64_t nf4_blocks(int64_t count) { return (count + itool::NF4_BLOCK - 1) / itool::NF4_BLOCK; }
inline int64_t nf4_codes_bytes(int64_t count) { return ((count + 1) / 2 + 3) / 4 * 4; }
inline int64_t nf4_bytes(int64_t count) {
  const int64_t blocks = nf4_blocks(count);
  return nf4_codes_bytes(count) + (blocks + 3) / 4 * 4 + 4 * ((blocks + itool::NF4_GROUP - 1) / itool::NF4_GROUP) + 4;
}
inline itool::Nf4Parts nf4_parts(const void* at, int64_t count) {
  const int64_t blocks = nf4_blocks(count);
  const uint8_t* codes = (const uint8_t*)at;
  const uint8_t* scale_codes = codes + nf4_codes_bytes(count);
  const float* scales = (const float*)(scale_codes + (blocks + 3) / 4 * 4);
  return {codes, scale_codes, scales, scales + (blocks + itool::NF4_GROUP - 1) / itool::NF4_GROUP};
}

}  // namespace
