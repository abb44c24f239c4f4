// Chooses the kernel table once per process.
#include <stdlib.h>
#include <string.h>

#include "kernels.h"

namespace itool {

// The best table that the processor runs; ITOOL_ISA=avx2|portable asks for a lesser one.
const Kernels& kernels() {
  static const Kernels* chosen = [] {
    const char* wanted = getenv("ITOOL_ISA");
#if defined(__x86_64__)
    __builtin_cpu_init();
    const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
                        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma");
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (avx512 && (!wanted || strcmp(wanted, "avx512") == 0)) return &kernels_avx512;
    if (avx2 && (!wanted || strcmp(wanted, "portable") != 0)) return &kernels_avx2;
#endif
    (void)wanted;
    return &kernels_portable;
  }();
  return *chosen;
}

}  // namespace itool
