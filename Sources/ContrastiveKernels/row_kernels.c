#include <string.h>

#include "ContrastiveKernels.h"

extern const ContrastiveRowKernels contrastive_row_kernels_portable;
#if defined(__x86_64__)
extern const ContrastiveRowKernels contrastive_row_kernels_avx2;
extern const ContrastiveRowKernels contrastive_row_kernels_avx512;
#endif

const ContrastiveRowKernels *contrastive_row_kernels_named(const char *name) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (strcmp(name, "avx512") == 0) {
    const int present = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
    return present ? &contrastive_row_kernels_avx512 : NULL;
  }
  if (strcmp(name, "avx2") == 0) {
    const int present = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    return present ? &contrastive_row_kernels_avx2 : NULL;
  }
#endif
  return strcmp(name, "portable") == 0 ? &contrastive_row_kernels_portable : NULL;
}

const ContrastiveRowKernels *contrastive_row_kernels(void) {
  const char *const names[] = {"avx512", "avx2"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const ContrastiveRowKernels *kernels = contrastive_row_kernels_named(names[i]);
    if (kernels) return kernels;
  }
  return &contrastive_row_kernels_portable;
}
