#include "ContrastiveKernels.h"

#include <string.h>

void contrastive_round_to_halves(const float *values, size_t count, uint16_t *halves) {
  for (size_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, values + i, sizeof bits);
    const uint32_t sign = bits & 0x80000000u;
    bits ^= sign;
    uint32_t half;
    if (bits >= 0x47800000u) {  // 65536 and beyond
      half = bits > 0x7f800000u ? 0x7e00u : 0x7c00u;
    } else if (bits < 0x38800000u) {  // below 2^-14: adding 1/2 rounds to a multiple of 2^-24
      float value;
      memcpy(&value, &bits, sizeof value);
      value += 0.5f;
      memcpy(&bits, &value, sizeof bits);
      half = bits - 0x3f000000u;
    } else {
      half = (bits - 0x38000000u + 0xfffu + (bits >> 13 & 1)) >> 13;
    }
    halves[i] = (uint16_t)(half | sign >> 16);
  }
}
