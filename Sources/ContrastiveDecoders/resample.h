// Antialiased bilinear interpolation of rows as they come, with the numbers of Pillow's resize.
#ifndef CONTRASTIVE_RESAMPLE_H
#define CONTRASTIVE_RESAMPLE_H

#include <stddef.h>
#include <stdint.h>

typedef struct Resampler Resampler;

/// A picture whose rows come as `columns` × `rows`, of the `width` × `height` that the file has.
///
/// They differ where a decoder gives a reduced picture. NULL when memory is short.
Resampler *resampler_new(
    int32_t columns, int32_t rows, double extent_x, double extent_y, int32_t width, int32_t height,
    int32_t orientation, int32_t size, int32_t channels, uint8_t *output);

/// The first row and the number of rows that count; others may be skipped.
void resampler_rows(const Resampler *resampler, int32_t *first, int32_t *count);

/// Takes the next row from the top, `columns` × `channels` bytes; every row must be given.
void resampler_push(Resampler *resampler, const uint8_t *row);

void resampler_free(Resampler *resampler);

#endif
