#if defined(__x86_64__)
// 12 of 16 registers hold sums, 2 the right operand.
#define LANES 8
#define ROWS 6
#define VECTORS 2
#define TARGET __attribute__((target("avx2,fma")))
#define ISA avx2
#define FUSED(a, b, c) (units) _mm256_fmadd_ps((__m256)(a), (__m256)(b), (__m256)(c))
#include "float_product.inc"
#endif
