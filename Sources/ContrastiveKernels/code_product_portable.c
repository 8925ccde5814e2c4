#define LANES 4
#define ROWS 2
#define VECTORS 2
#define CODES 2
#define TARGET
#define ISA portable
#define MULTIPLY(left, right, sum) \
  ((sum) + ((left) << 16 >> 16) * ((right) << 16 >> 16) + ((left) >> 16) * ((right) >> 16))
#define LANE_BITS(vector) (uint32_t) __builtin_reduce_or((vector) & (units){1, 2, 4, 8})
#include "code_product.inc"
