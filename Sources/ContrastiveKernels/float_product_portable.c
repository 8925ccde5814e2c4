// 128-bit vectors; the product is rounded before it is added where the processor has no other way.
#define LANES 4
#define ROWS 4
#define VECTORS 2
#define TARGET
#define ISA portable
#define FUSED(a, b, c) ((a) * (b) + (c))
#include "float_product.inc"
