// Row kernels: the few loops over a tile that need explicit vectors.
//
// Each is written once (row_kernels.inc) and compiled for several instruction sets; the portable
// one is also the specification. A kernel knows nothing of objectives, threads or BLAS. Tiles are
// row-major Float32, `stride` elements from row to row.

#ifndef CONTRASTIVE_KERNELS_H
#define CONTRASTIVE_KERNELS_H

#include "ContrastiveClusterKernels.h"
#include "ContrastiveProducts.h"
#include "ContrastiveSinkhornKernels.h"
#include "ContrastiveWinogradKernels.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  // Instruction set: "portable", "avx2" or "avx512".
  const char *name;

  // Folds a tile of similarities s into each row's running softmax, and leaves
  // e = exp((s - maximum) * inverse_temperature) in the tile.
  //   maximum[r] <- max(maximum[r], max s)                    (start: -infinity)
  //   sum[r]     <- sum[r] * rescale[r] + sum e               (start: 0)
  //   spread[r]  <- sum e * (maximum - s) over all so far     (start: 0)
  //   rescale[r]  = exp((old maximum - new maximum) * inverse_temperature)
  // An entry of -infinity is excluded. Terms below exp(-64) of the maximum count as 0. With a null
  // rescale the tile stays as it is.
  void (*softmax_update)(float *tile, size_t rows, size_t columns, size_t stride,
                         float inverse_temperature, float *maximum, double *sum, double *spread,
                         float *rescale);

  // Statistics of the tile's rows and of its columns at once, for one exponential an entry where
  // the maxima are within 40 temperatures of each other.
  void (*softmax_both_statistics)(const float *tile, size_t rows, size_t columns, size_t stride,
                                  float inverse_temperature, float *row_maximum, double *row_sum,
                                  double *row_spread, float *column_maximum, double *column_sum,
                                  double *column_spread);

  // Replaces each similarity s by
  //   row_weight[r] * exp((s - row_shift[r]) * inverse_temperature)
  // + column_weight[c] * exp((s - column_shift[c]) * inverse_temperature).
  // A null weight excludes its term. An entry of -infinity becomes 0.
  void (*softmax_coefficients)(float *tile, size_t rows, size_t columns, size_t stride,
                               float inverse_temperature, const float *row_shift,
                               const float *row_weight, const float *column_shift,
                               const float *column_weight);

  // Dot product of two Float32 vectors in Double: 16 sums of every 16th product, then their sum.
  // Products of two Float32 are exact, so that the bits are the same on every instruction set.
  double (*dot)(const float *a, const float *b, size_t count);

  // Position of the first element that is NaN or larger than limit in magnitude; count if none.
  size_t (*first_beyond)(const float *values, size_t count, float limit);

  // Appends (value, first_index + position) of every value from lowest to highest to keys, in
  // order, as one sortable number (see contrastive_rank_key), and returns how many; adds the number
  // of those above to *above, or takes those, too, where above is null. keys has room for count.
  size_t (*filter)(const float *values, size_t count, float lowest, float highest,
                   uint32_t first_index, uint64_t *keys, size_t *above);

  // Sum of Float32 numbers in Double.
  double (*sum)(const float *values, size_t count);

  // The largest of count values; -infinity of none.
  float (*maximum)(const float *values, size_t count);

  // Sum of weight * (top - value) over the values of positive weight; no value is above top.
  double (*weighted_gap)(const float *weights, const float *values, size_t count, float top);

  // Sets values whose rank keys, of indices from first_index on, are above highest or below lowest
  // to -infinity.
  void (*exclude_outside)(float *values, size_t count, uint32_t first_index, uint64_t highest,
                          uint64_t lowest);

  // values[i] <- halves[i], IEEE binary16 to binary32, exactly.
  void (*widen_halves)(const uint16_t *halves, size_t count, float *values);

  // Sum of the values whose group is own; sums of up to count / LANES terms in Float32.
  double (*sum_equal)(const float *values, const int32_t *groups, int32_t own, size_t count);

  // bins[i] <- min(last, max(0, values[i] * scale + offset)), rounded down; -infinity goes to 0.
  void (*bin_values)(const float *values, size_t count, float scale, float offset, float last,
                     uint16_t *bins);

  // sum[i] <- sum[i] + weight * values[i], both rounded.
  void (*add_weighted)(const float *values, size_t count, float weight, float *sum);

  // Adds to each row's loss the sum of log(1 + exp(z)), z = s * scale + bias, to its sum that of
  // p = 1 / (1 + exp(-z)) and to its moment that of p * s, and, where it writes, leaves p in the
  // tile. An entry of -infinity counts 0 and becomes 0; p is 0 for z below -87.
  void (*sigmoid_update)(float *tile, size_t rows, size_t columns, size_t stride, float scale,
                         float bias, double *loss, double *sum, double *moment, bool writes);
} ContrastiveRowKernels;

// The kernels of an instruction set, or null when this processor or build lacks it.
const ContrastiveRowKernels *contrastive_row_kernels_named(const char *name);

// A number that sorts descending as (value descending, index ascending). Value is not NaN.
static inline uint64_t contrastive_rank_key(float value, uint32_t index) {
  union {
    float value;
    uint32_t bits;
  } number = {value + 0.0f};  // -0 becomes +0
  const uint32_t ordered =
      number.bits & 0x80000000u ? ~number.bits : number.bits | 0x80000000u;
  return (uint64_t)ordered << 32 | (uint32_t)~index;
}

// The value in a rank key.
static inline float contrastive_rank_value(uint64_t key) {
  const uint32_t ordered = (uint32_t)(key >> 32);
  union {
    uint32_t bits;
    float value;
  } number = {ordered & 0x80000000u ? ordered & 0x7fffffffu : ~ordered};
  return number.value;
}

// The index in a rank key.
static inline uint32_t contrastive_rank_index(uint64_t key) { return ~(uint32_t)key; }

// Sorts rank keys, the largest first; spare has room for count.
void contrastive_sort_rank_keys(uint64_t *keys, size_t count, uint64_t *spare);

// Leaves the k largest of count distinct rank keys, at least k and k at least 1, in front, in no
// order; returns the smallest of them. Spare has room for count. O(count) on average (quickselect).
uint64_t contrastive_keep_largest_rank_keys(uint64_t *keys, size_t count, size_t k,
                                            uint64_t *spare);

// A column and what its similarity is at most and at least; neither is NaN.
typedef struct {
  float upper;
  float lower;
  uint32_t column;
} ContrastiveCandidate;

// Drops the candidates whose upper bound is below the k-th largest lower bound, of more than k;
// the others stay in their order. Returns how many are left. Threshold becomes what a similarity
// must reach to be among the k most similar. Spare has room for all.
size_t contrastive_prune_candidates(ContrastiveCandidate *candidates, size_t count, size_t k,
                                    int32_t *spare, float *threshold);

// Asks the processor to fetch memory that is read soon.
void contrastive_prefetch(const void *start, size_t bytes);

// halves[i] <- values[i], as the bits of IEEE binary16, to nearest, ties to even. From 65520 on the
// result is an infinity.
void contrastive_round_to_halves(const float *values, size_t count, uint16_t *halves);

// target[c][r] <- source[r][c], both row-major with their strides.
void contrastive_transpose(const float *source, size_t rows, size_t columns, size_t stride,
                           float *target, size_t target_stride);

// Number of processors the calling process may run on (its affinity mask counts), at least 1.
int contrastive_processor_count(void);

// Bytes of a core's second-level cache; 0 where it is not known.
long contrastive_second_level_cache_bytes(void);

// Whether the kernels were compiled for speed: not in a debug build.
bool contrastive_kernels_are_optimized(void);

// What the environment says under a name, or null.
const char *contrastive_environment_value(const char *name);

// Asks the C library to keep freed blocks of up to 32 MiB for the next allocation of the process
// instead of returning their pages to the system. Does nothing where there is no such switch.
void contrastive_keep_freed_memory(void);

// Asks the system to back a block of memory with large pages, which are faster to come by and to
// find, as far as it has any. Only advice: nothing fails and no content changes.
void contrastive_prefer_large_pages(void *memory, size_t bytes);

// Notices forks from now on; may be called again.
void contrastive_watch_forks(void);

// How many forks lie between the process that began to watch and this one.
unsigned long contrastive_fork_generation(void);

// Around a call that holds locks of a library: a fork in another thread waits until it is left, so
// that the child finds the library's locks open.
void contrastive_enter_call(void);
void contrastive_leave_call(void);

// Spin-wait hint: a few cycles between two reads of memory that another thread writes.
void contrastive_pause(void);

// Lets other threads run.
void contrastive_yield(void);

// Runs body(context) in a new detached thread.
bool contrastive_start_thread(void (*body)(void *), void *context);

#endif
