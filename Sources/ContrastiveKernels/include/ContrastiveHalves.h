// IEEE binary16 numbers, kept as their bits: not every platform has a type for them.

#ifndef CONTRASTIVE_HALVES_H
#define CONTRASTIVE_HALVES_H

#include <stddef.h>
#include <stdint.h>

// halves[i] <- values[i], to nearest, ties to even. From 65520 on the result is an infinity.
void contrastive_round_to_halves(const float *values, size_t count, uint16_t *halves);

#endif
