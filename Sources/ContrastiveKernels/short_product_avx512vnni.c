#if defined(__x86_64__)
#define LANES 16
#define ROWS 12
#define VECTORS 2
#define TARGET __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx512vnni"), \
                              min_vector_width(512)))
#define ISA avx512vnni
#define MULTIPLY(left, right, sum) \
  (units)_mm512_dpwssd_epi32((__m512i)(sum), (__m512i)(left), (__m512i)(right))
#include "short_product.inc"
#endif
