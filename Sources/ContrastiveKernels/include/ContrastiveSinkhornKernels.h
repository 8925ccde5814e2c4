// Sinkhorn kernels: the loops of Sinkhorn codes that need explicit vectors.
//
// Written once (sinkhorn_kernels.inc) and compiled for several instruction sets, like the row
// kernels.

#ifndef CONTRASTIVE_SINKHORN_KERNELS_H
#define CONTRASTIVE_SINKHORN_KERNELS_H

#include <stddef.h>

typedef struct {
  // Instruction set: "portable", "avx2" or "avx512".
  const char *name;

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

  // result[c] <- exp(scores[c] * inverse - shifts[c]) over its sum, of which the logarithm is
  // returned.
  double (*softmax_row)(const float *scores, size_t count, double inverse, const double *shifts,
                        float *result);

  // sum values[c] * factors[c], in Double.
  double (*weighted_sum)(const float *values, const double *factors, size_t count);

  // sums[c] <- sums[c] + values[c] * factor, in Double.
  void (*add_scaled)(const float *values, size_t count, double factor, double *sums);

  // result[c] <- values[c] * factors[c] * factor, products in Double.
  void (*scale_values)(const float *values, const double *factors, double factor, size_t count,
                       float *result);
} ContrastiveSinkhornKernels;

// The kernels of an instruction set, or null when this processor or build lacks it.
const ContrastiveSinkhornKernels *contrastive_sinkhorn_kernels_named(const char *name);

#endif
