#include <math.h>

#include "ContrastiveKernels.h"

ContrastiveCodeScale contrastive_code_scale(double norm, float largest, int32_t largest_code) {
#pragma clang fp contract(off)
  float inverse = largest_code / largest;
  int has_codes = largest > 0 && inverse < 1e37f && largest < 1e37f;
  float scale = has_codes ? largest / largest_code : 0.0f;
  // Two rows of codes of this norm have a dot product below 2^31, and so has every part of it.
  const double largest_norm = 46000.0;
  if (has_codes && sqrt(norm) * inverse > largest_norm) {
    inverse = (float)(largest_norm / sqrt(norm));
    scale = (float)(sqrt(norm) / largest_norm);
    has_codes = inverse < 1e37f && scale < 1e37f;
  }
  // Without codes all of a row is residual.
  return has_codes ? (ContrastiveCodeScale){scale, inverse} : (ContrastiveCodeScale){0, 0};
}
