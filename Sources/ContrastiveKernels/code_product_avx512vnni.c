#if defined(__x86_64__)
#define LANES 16
#define ROWS 12
#define VECTORS 2
#define CODES 4
#define TARGET __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx512vnni"), \
                              min_vector_width(512)))
#define ISA avx512vnni
#define MULTIPLY(left, right, sum) \
  (units)_mm512_dpbusd_epi32((__m512i)(sum), (__m512i)(left), (__m512i)(right))
#define LANE_BITS(vector) (uint32_t) _mm512_movepi32_mask((__m512i)(vector))
#include "code_product.inc"
#endif
