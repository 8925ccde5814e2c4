#if defined(__x86_64__)
#define LANES 8
#define ROWS 6
#define VECTORS 2
#define TARGET __attribute__((target("avx2,avxvnni")))
#define ISA avxvnni
#define MULTIPLY(left, right, sum) \
  (units)_mm256_dpwssd_avx_epi32((__m256i)(sum), (__m256i)(left), (__m256i)(right))
#include "short_product.inc"
#endif
