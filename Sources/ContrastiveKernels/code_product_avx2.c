#if defined(__x86_64__)
#define LANES 8
#define ROWS 6
#define VECTORS 2
#define CODES 2
#define TARGET __attribute__((target("avx2")))
#define ISA avx2
#define MULTIPLY(left, right, sum) \
  (units)_mm256_add_epi32((__m256i)(sum), _mm256_madd_epi16((__m256i)(left), (__m256i)(right)))
#define LANE_BITS(vector) (uint32_t) _mm256_movemask_ps((__m256)(vector))
#include "code_product.inc"
#endif
