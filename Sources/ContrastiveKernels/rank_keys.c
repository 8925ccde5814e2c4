#include "ContrastiveKernels.h"

#include <string.h>

// Up to this many keys, insertion sort is faster than radix sort.
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
  // Radix sort from the lowest byte on; bytes that all keys share are skipped.
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

static uint64_t median(uint64_t a, uint64_t b, uint64_t c) {
  const uint64_t low = a < b ? a : b, high = a < b ? b : a;
  return c < low ? low : c > high ? high : c;
}

uint64_t contrastive_keep_largest_rank_keys(uint64_t *keys, size_t count, size_t k,
                                            uint64_t *spare) {
  // The largest so far are keys[0 .. kept); the rest of them are among `count` keys from `from` on.
  size_t kept = 0;
  const uint64_t *from = keys;
  while (kept < k) {
    const size_t wanted = k - kept;
    if (count <= wanted) {
      memmove(keys + kept, from, count * sizeof *keys);
      break;
    }
    const uint64_t pivot =
        count == 2 ? (from[0] < from[1] ? from[0] : from[1])
                   : median(from[0], from[count / 2], from[count - 1]);
    // Write every key to both sides and advance one of them: no branch to mispredict.
    uint64_t *const above = keys + kept;
    size_t larger = 0, others = 0;
    for (size_t i = 0; i < count; i++) {
      const uint64_t key = from[i];
      const size_t is_larger = key > pivot;
      above[larger] = key;
      spare[others] = key;
      larger += is_larger;
      others += 1 - is_larger;
    }
    if (larger > wanted) {
      from = above;
      count = larger;
    } else {
      kept += larger;
      from = spare;
      count = others;
    }
  }
  uint64_t least = keys[0];
  for (size_t i = 1; i < k; i++) least = keys[i] < least ? keys[i] : least;
  return least;
}
