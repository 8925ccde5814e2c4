#if defined(__x86_64__)
#define LANES 16
#define TARGET \
  __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,fma"), min_vector_width(512)))
#define ISA avx512
#define SCALE(p, n) (floats) _mm512_scalef_ps((__m512)(p), (__m512)(n))
#include "row_kernels.inc"
#include "cluster_kernels.inc"
#include "sinkhorn_kernels.inc"
#include "winograd_kernels.inc"
#endif
