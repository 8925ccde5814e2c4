#include "ContrastiveKernels.h"

#include <string.h>

// Up to this many, insertion is faster than counting.
enum { FEW = 48, DIGITS = sizeof(uint64_t), VALUES = 256 };

static void insert(uint64_t *keys, size_t count) {
  for (size_t i = 1; i < count; i++) {
    const uint64_t key = keys[i];
    size_t place = i;
    for (; place > 0 && keys[place - 1] < key; place--) keys[place] = keys[place - 1];
    keys[place] = key;
  }
}

void contrastive_sort_rank_keys(uint64_t *keys, size_t count, uint64_t *spare) {
  if (count <= FEW) {
    insert(keys, count);
    return;
  }
  // Radix sort from the lowest byte on; a byte that all keys share takes no pass.
  size_t counts[DIGITS][VALUES];
  memset(counts, 0, sizeof counts);
  for (size_t i = 0; i < count; i++) {
    for (int digit = 0; digit < DIGITS; digit++) counts[digit][(uint8_t)(keys[i] >> 8 * digit)]++;
  }
  uint64_t *from = keys, *to = spare;
  for (int digit = 0; digit < DIGITS; digit++) {
    size_t *const starts = counts[digit];
    if (starts[(uint8_t)(keys[0] >> 8 * digit)] == count) continue;
    size_t start = 0;
    for (int value = VALUES - 1; value >= 0; value--) {
      const size_t those = starts[value];
      starts[value] = start;
      start += those;
    }
    for (size_t i = 0; i < count; i++) {
      to[starts[(uint8_t)(from[i] >> 8 * digit)]++] = from[i];
    }
    uint64_t *const other = from;
    from = to;
    to = other;
  }
  if (from != keys) memcpy(keys, from, count * sizeof *keys);
}
