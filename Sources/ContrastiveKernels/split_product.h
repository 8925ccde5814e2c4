// A Float32 product by bfloat16 parts: what its instruction sets agree on.
//
// x = x0 + x1 + x2, each the 8 leading bits of what is left, rounded to nearest (ties away from 0),
// so that nothing is left of x. Of x * y the six products whose parts' numbers sum to at most 2
// are taken; the other three are below 2^-23 of it. Elements come in steps of 32 of depth. For each
// product of parts, the first 16 of a step are summed from 0 in order of depth, and so are the
// others; these two are added, and that to the sum so far, each rounded to nearest. The products
// come in the order of contrastive_split_order.
//
// Numbers that are not normal count as 0. So that none matters, rows and columns with a largest
// magnitude of less or more than the limits below, in a run of contrastive_product_depth, are
// multiplied by a power of two first, and the sum by its inverse.

#ifndef CONTRASTIVE_SPLIT_PRODUCT_H
#define CONTRASTIVE_SPLIT_PRODUCT_H

#include "ContrastiveKernels.h"

enum { contrastive_split_step = 32 };

// Which part of the left operand is multiplied by which of the right.
#define contrastive_split_order {{0, 2}, {0, 0}, {0, 1}, {1, 1}, {1, 0}, {2, 0}}

static const float contrastive_split_least = 0x1p-40f;
static const float contrastive_split_most = 0x1p60f;

// The exponent of what a row or column of some largest magnitude is divided by.
static inline float contrastive_split_exponent(float largest) {
  int exponent = 0;
  const int usual = largest >= contrastive_split_least && largest <= contrastive_split_most;
  if (!usual && largest > 0 && largest <= 3.4e38f) __builtin_frexpf(largest, &exponent);
  return (float)exponent;
}

#endif
