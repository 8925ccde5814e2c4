// The columns that may still be among the most similar of a row.

#ifndef CONTRASTIVE_CANDIDATES_H
#define CONTRASTIVE_CANDIDATES_H

#include <stddef.h>
#include <stdint.h>

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

#endif
