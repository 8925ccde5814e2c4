#include "ContrastiveKernels.h"

// Integers in the order of the numbers; the same function leads back.
static int32_t ordered(int32_t bits) { return bits ^ (bits >> 31 & INT32_MAX); }

static size_t count_from(const int32_t *values, size_t count, int32_t least) {
  uint32_t found = 0;
  for (size_t i = 0; i < count; i++) found += values[i] >= least;
  return found;
}

size_t contrastive_prune_candidates(ContrastiveCandidate *candidates, size_t count, size_t k,
                                    int32_t *spare, float *threshold) {
  union {
    float value;
    int32_t bits;
  } number;
  int32_t low = INT32_MAX, high = INT32_MIN;
  for (size_t i = 0; i < count; i++) {
    number.value = candidates[i].lower;
    const int32_t value = ordered(number.bits);
    spare[i] = value;
    low = value < low ? value : low;
    high = value > high ? value : high;
  }
  // At least k are not below low, fewer than k above high: what bisection ends with is as good as
  // the k-th largest.
  for (size_t from_low = count; from_low > k && low < high;) {
    const int32_t middle = (int32_t)(((int64_t)low + high + 1) >> 1);
    const size_t found = count_from(spare, count, middle);
    if (found >= k) {
      low = middle;
      from_low = found;
    } else {
      high = middle - 1;
    }
  }
  number.bits = ordered(low);
  *threshold = number.value;
  // Every candidate is written, and only those that stay are counted.
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    const ContrastiveCandidate own = candidates[i];
    candidates[kept] = own;
    kept += own.upper >= number.value;
  }
  return kept;
}

void contrastive_prefetch(const void *start, size_t bytes) {
  for (size_t i = 0; i < bytes; i += 64) __builtin_prefetch((const char *)start + i);
}
