#define LANES 4
#define ROWS 2
#define VECTORS 2
#define TARGET
#define ISA portable
#define MULTIPLY(left, right, sum) \
  ((sum) + ((left) << 16 >> 16) * ((right) << 16 >> 16) + ((left) >> 16) * ((right) >> 16))
#include "short_product.inc"
