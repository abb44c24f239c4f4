// Compiled once per instruction set (see install.cjs); fills one table of decoding.h.
#include "decoding.h"

#include "decoder.h"
#include "panels.h"
#include "probe.h"
#include "sampling.h"

#define ITOOL_JOIN_(a, b) a##b
#define ITOOL_JOIN(a, b) ITOOL_JOIN_(a, b)

extern const itool::DecodingKernels itool::ITOOL_JOIN(decoding_, ITOOL_ISA_NAME) = {packed_numbers, pack_weights, decode_step, draw_token, fma_rate};
