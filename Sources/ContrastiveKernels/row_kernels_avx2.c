#if defined(__x86_64__)
#define LANES 8
#define TARGET __attribute__((target("avx2,fma")))
#define ISA avx2
#include "row_kernels.inc"
#include "cluster_kernels.inc"
#include "sinkhorn_kernels.inc"
#include "winograd_kernels.inc"
#endif
