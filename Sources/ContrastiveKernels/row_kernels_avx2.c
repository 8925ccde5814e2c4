#if defined(__x86_64__)
#include <math.h>
#include <string.h>

#include "ContrastiveKernels.h"

#define LANES 8
#define TARGET __attribute__((target("avx2,fma")))
#define ISA avx2
#include "row_kernels.inc"
#include "cluster_kernels.inc"
#include "sinkhorn_kernels.inc"
#else
typedef int contrastive_avx2_is_x86_only;
#endif
