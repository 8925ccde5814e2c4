// Cluster kernels: the loops of nearest-centroid search and of Sinkhorn codes that need explicit
// vectors.
//
// Written once (cluster_kernels.inc) and compiled for several instruction sets, like the row
// kernels. They know nothing of k-means, threads or BLAS.

#ifndef CONTRASTIVE_CLUSTER_KERNELS_H
#define CONTRASTIVE_CLUSTER_KERNELS_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  // Instruction set: "portable", "avx2" or "avx512".
  const char *name;

  // sum (a - b)^2, differences, squares and sum in Double.
  double (*squared_distance)(const float *a, const float *b, size_t count);

  // dots[c] <- own + norms[c] - 2 * dots[c]; returns the smallest.
  float (*squared_distances)(float *dots, const float *norms, size_t count, float own);

  // Appends first_index + position of every value <= threshold to indices; returns how many.
  size_t (*filter_below)(const float *values, size_t count, float threshold,
                         uint32_t first_index, uint32_t *indices);

  // Lower bounds on distances, in whole units and shifted by the paths:
  //   bounds[c] <- min(65534, floor(sqrt(max(0, squared[c] - slack)) * inverse_unit - 1/16)
  //                           + paths[c] + own_path).
  void (*quantized_bounds)(const float *squared, size_t count, float slack, float inverse_unit,
                           const uint16_t *paths, uint16_t own_path, uint16_t *bounds);

  // Number of positions with bounds[c] < paths[c] + own. No sum may exceed 65535.
  size_t (*count_unbounded)(const uint16_t *bounds, const uint16_t *paths, size_t count,
                            uint16_t own);

  // Appends those positions to indices; returns how many.
  size_t (*filter_unbounded)(const uint16_t *bounds, const uint16_t *paths, size_t count,
                             uint16_t own, uint32_t *indices);

  // dots[i] <- <vector, row indices[i]>.
  void (*gathered_dots)(const float *vector, const float *rows, size_t stride,
                        const uint32_t *indices, size_t count, size_t dimension, float *dots);

  // dots[i] <- <row row_indices[i] of rows, row column_indices[i] of columns>.
  void (*paired_dots)(const float *rows, const uint32_t *row_indices, const float *columns,
                      const uint32_t *column_indices, size_t count, size_t dimension,
                      float *dots);

  // sums[c] <- sums[c] + round(values[c] * scale) in whole numbers; each product below 2^51.
  void (*add_fixed_point)(const float *values, size_t count, double scale, int64_t *sums);

  // log sum exp(scores[c] * inverse - shifts[c]), exponents and sum in Double.
  double (*log_sum_exp_row)(const float *scores, size_t count, double inverse,
                            const double *shifts);

  // maxima[c] <- max(maxima[c], scores[c] * inverse - shift).
  void (*raise_maxima)(const float *scores, size_t count, double inverse, double shift,
                       double *maxima);

  // sums[c] <- sums[c] + exp(scores[c] * inverse - shift - maxima[c]), no exponent above 0.
  void (*add_exponentials)(const float *scores, size_t count, double inverse, double shift,
                           const double *maxima, double *sums);

  // result[c] <- exp(scores[c] * inverse - shifts[c] - shift), no exponent above 88.
  void (*exponentials)(const float *scores, size_t count, double inverse, const double *shifts,
                       double shift, float *result);
} ContrastiveClusterKernels;

// The kernels of an instruction set, or null when this processor or build lacks it.
const ContrastiveClusterKernels *contrastive_cluster_kernels_named(const char *name);

// The fastest kernels of this processor.
const ContrastiveClusterKernels *contrastive_cluster_kernels(void);

#endif
