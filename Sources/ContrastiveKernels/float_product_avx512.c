#if defined(__x86_64__)
// 24 of 32 registers hold sums, 2 the right operand.
#define LANES 16
#define ROWS 12
#define VECTORS 2
#define TARGET __attribute__((target("avx512f,avx512vl,fma"), min_vector_width(512)))
#define ISA avx512
#define FUSED(a, b, c) (units) _mm512_fmadd_ps((__m512)(a), (__m512)(b), (__m512)(c))
#include "float_product.inc"
#endif
