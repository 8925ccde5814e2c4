#include "ContrastiveSinkhornKernels.h"

#include "ContrastiveKernels.h"

extern const ContrastiveSinkhornKernels contrastive_sinkhorn_kernels_portable;
#if defined(__x86_64__)
extern const ContrastiveSinkhornKernels contrastive_sinkhorn_kernels_avx2;
extern const ContrastiveSinkhornKernels contrastive_sinkhorn_kernels_avx512;
#endif

const ContrastiveSinkhornKernels *contrastive_sinkhorn_kernels_named(const char *name) {
  // The instruction sets are the row kernels'.
  const ContrastiveRowKernels *rows = contrastive_row_kernels_named(name);
  if (!rows) return 0;
#if defined(__x86_64__)
  if (rows->name[0] == 'a') {
    return rows->name[3] == '5' ? &contrastive_sinkhorn_kernels_avx512
                                : &contrastive_sinkhorn_kernels_avx2;
  }
#endif
  return &contrastive_sinkhorn_kernels_portable;
}

const ContrastiveSinkhornKernels *contrastive_sinkhorn_kernels(void) {
  return contrastive_sinkhorn_kernels_named(contrastive_row_kernels()->name);
}
