#include <math.h>

#include "ContrastiveKernels.h"

ContrastiveCodedRow contrastive_encode_row(const float *row, const float *center,
                                           const float *other, size_t count, size_t codes,
                                           int32_t largest_code, int32_t *units) {
#pragma clang fp contract(off)
  float largest = 0;
  double norm = 0, offset = 0, residual = 0;
  for (size_t i = 0; i < count; i++) {
    const double value = (double)row[i] - center[i];
    const float magnitude = fabsf((float)value);
    largest = magnitude > largest ? magnitude : largest;
    norm += value * value;
    offset += value * other[i];
  }
  float inverse = largest_code / largest;
  int has_codes = largest > 0 && inverse < 1e37f && largest < 1e37f;
  float scale = has_codes ? largest / largest_code : 0.0f;
  // Two rows of codes of this norm have a dot product below 2^31, and so has every part of it.
  const double largest_norm = 46000.0;
  if (has_codes && sqrt(norm) * inverse > largest_norm) {
    inverse = (float)(largest_norm / sqrt(norm));
    scale = (float)(sqrt(norm) / largest_norm);
    has_codes = inverse < 1e37f && scale < 1e37f;
    scale = has_codes ? scale : 0.0f;
  }
  const size_t length = (count + codes - 1) / codes;
  for (size_t u = 0; u < length; u++) {
    uint32_t unit = 0;
    for (size_t i = 0; i < codes; i++) {
      const size_t place = u * codes + i;
      int32_t code = 0;
      if (place < count) {
        const double value = (double)row[place] - center[place];
        if (has_codes) {
          const float scaled = (float)value * inverse;
          code = (int32_t)(scaled + (scaled < 0 ? -0.5f : 0.5f));
        }
        const double rest = value - (double)scale * code;
        residual += rest * rest;
      }
      unit |= (codes == 4 ? (uint32_t)(code + 128) : (uint32_t)code & 0xffff) << (32 / codes * i);
    }
    units[u] = (int32_t)unit;
  }
  // Above what the sums' own rounding can lose.
  const double above = 1 + 0x1p-40;
  return (ContrastiveCodedRow){scale, sqrt(norm) * above, sqrt(residual) * above, offset};
}
