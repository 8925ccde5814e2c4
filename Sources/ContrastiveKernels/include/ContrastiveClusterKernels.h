// Cluster kernels: the loops of nearest-centroid search that need explicit vectors.
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

  // The same in Float32: off by at most (count + 16) * 2^-24 of it, unless it is below 2^-100.
  float (*rough_squared_distance)(const float *a, const float *b, size_t count);

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

  // Positions i for which some g has bounds[rows[i] * groups + g] < paths[g] + own[i], appended to
  // failed; returns how many. No sum may exceed 65535.
  size_t (*failing_rows)(const uint32_t *rows, const uint16_t *own, size_t count,
                         const uint16_t *bounds, const uint16_t *paths, size_t groups,
                         uint32_t *failed);

  // For each row, appends positions g with bounds[rows[i] * groups + g] < paths[g] + own[i] to
  // indices; ends[i] says where its own end. No sum may exceed 65535. May write up to 32 words
  // beyond the last end.
  void (*filter_rows)(const uint32_t *rows, const uint16_t *own, size_t count,
                      const uint16_t *bounds, const uint16_t *paths, size_t groups,
                      uint32_t *indices, uint32_t *ends);

  // The same for 32 * groups bounds a row, where every 32 have a coarse one below them all: only
  // those of a coarse bound that fails are read, and it is raised to
  //   coarse[g] <- min(65534, min_c max(0, bounds[c] - paths[c]) + coarse_floor[g]).
  void (*filter_rows_coarsely)(const uint32_t *rows, const uint16_t *own, size_t count,
                               uint16_t *coarse, const uint16_t *coarse_paths,
                               const uint16_t *coarse_floor, const uint16_t *bounds,
                               const uint16_t *paths, size_t groups, uint32_t *indices,
                               uint32_t *ends);

  // bounds[c] <- max(0, bounds[c] - amounts[c]), but 65535 stays.
  void (*lower_bounds)(uint16_t *bounds, const uint16_t *amounts, size_t count);

  // minima[s] <- the least of values[starts[s]] .. values[starts[s + 1] - 1].
  void (*segment_minima)(const float *values, const uint32_t *starts, size_t segments,
                         float *minima);

  // dots[i] <- <vector, row indices[i]>.
  void (*gathered_dots)(const float *vector, const float *rows, size_t stride,
                        const uint32_t *indices, size_t count, size_t dimension, float *dots);

  // dots[i] <- <row row_indices[i] of rows, row column_indices[i] of columns>.
  void (*paired_dots)(const float *rows, const uint32_t *row_indices, const float *columns,
                      const uint32_t *column_indices, size_t count, size_t dimension,
                      float *dots);

  // sums[c] <- sums[c] + round(values[c] * scale) in whole numbers; each product below 2^51.
  void (*add_fixed_point)(const float *values, size_t count, double scale, int64_t *sums);
} ContrastiveClusterKernels;

// The kernels of an instruction set, or null when this processor or build lacks it.
const ContrastiveClusterKernels *contrastive_cluster_kernels_named(const char *name);

#endif
