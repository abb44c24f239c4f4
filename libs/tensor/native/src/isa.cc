// Chooses the kernel table once per process.
#include <stdlib.h>
#include <string.h>

#include "kernels.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace itool {
namespace {

#if defined(__x86_64__)
// Compilers before GCC 12 do not know "avx512bf16" in __builtin_cpu_supports: leaf 7, sub-leaf 1, EAX bit 5.
bool multiplies_bf16() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0 && (a >> 5 & 1) != 0;
}
#endif

const Kernels* choose() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma");
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const char* wanted = getenv("ITOOL_ISA");
  const auto asks = [&](const char* name) { return wanted != nullptr && strcmp(wanted, name) == 0; };
  if (asks("portable")) return &kernels_portable;
  if (avx512 && asks("avx512bf16_emulated")) return &kernels_avx512bf16_emulated;
  if (avx512 && multiplies_bf16() && !asks("avx512") && !asks("avx2")) return &kernels_avx512bf16;
  if (avx512 && !asks("avx2")) return &kernels_avx512;
  if (avx2) return &kernels_avx2;
#endif
  return &kernels_portable;
}

}  // namespace

// The best table that the processor runs. ITOOL_ISA=avx512|avx2|portable asks for a lesser one, avx512bf16_emulated for the tiles of bf16
// products without the instruction.
const Kernels& kernels() {
  static const Kernels* chosen = choose();
  return *chosen;
}

}  // namespace itool
