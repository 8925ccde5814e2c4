#include "resample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Pillow's Resample.c: weights are whole numbers of 2^-22; both passes round to 8 bits. With these
// the results are Pillow's, bit for bit.
enum { PRECISION = 32 - 8 - 2 };

/// For each output of an axis the inputs it is a weighted sum of.
typedef struct {
  int32_t *first, *count, *weights;
  int32_t most;
} Axis;

struct Resampler {
  int32_t columns, rows, size, channels;
  /// Whether output columns come from input rows.
  int is_transposed;
  Axis x, y;
  int32_t row;
  /// For each input row the outputs that it is part of, first and past the last.
  int32_t *from, *to;
  int32_t first_row, row_count;
  /// The input columns that count.
  int32_t first_column, column_count;
  /// Sums of rows; of the outputs of one row at most `slots` are in progress at once.
  int32_t *sums;
  int32_t slots, finished;
  uint8_t *line;
  uint8_t *output;
};

static inline uint8_t clip(int32_t sum) {
  sum >>= PRECISION;
  return sum < 0 ? 0 : sum > 255 ? 255 : (uint8_t)sum;
}

/// Outputs offset ..< offset + size of `full`, of `in` inputs that stand for `extent` of them.
static int axis_make(
    Axis *axis, int32_t in, double extent, double full, double offset, int32_t size,
    int is_reversed) {
  const double scale = extent / full;
  const double filter = scale < 1 ? 1 : scale, inverse = 1 / filter;
  axis->most = (int32_t)ceil(filter) * 2 + 1;
  axis->first = malloc((size_t)size * sizeof(int32_t));
  axis->count = malloc((size_t)size * sizeof(int32_t));
  axis->weights = malloc((size_t)size * (size_t)axis->most * sizeof(int32_t));
  double *exact = malloc((size_t)axis->most * sizeof(double));
  if (!axis->first || !axis->count || !axis->weights || !exact) {
    free(exact);
    return 0;
  }
  for (int32_t place = 0; place < size; place++) {
    const double center = (offset + place + 0.5) * scale;
    int32_t low = (int32_t)(center - filter + 0.5);
    int32_t high = (int32_t)(center + filter + 0.5);
    if (low < 0) low = 0;
    if (high > in) high = in;
    if (low >= in) low = in - 1;
    if (high <= low) high = low + 1;
    double total = 0;
    for (int32_t i = low; i < high; i++) {
      const double distance = fabs((i - center + 0.5) * inverse);
      exact[i - low] = distance < 1 ? 1 - distance : 0;
      total += exact[i - low];
    }
    if (total == 0) exact[0] = total = 1;
    int32_t *weights = axis->weights + (size_t)place * (size_t)axis->most;
    const int32_t count = high - low;
    for (int32_t i = 0; i < count; i++) {
      const int32_t weight = (int32_t)(0.5 + exact[i] / total * (1 << PRECISION));
      weights[is_reversed ? count - 1 - i : i] = weight;
    }
    axis->first[place] = is_reversed ? in - high : low;
    axis->count[place] = count;
  }
  free(exact);
  return 1;
}

static void axis_free(Axis *axis) {
  free(axis->first);
  free(axis->count);
  free(axis->weights);
}

/// The inputs that an axis uses.
static void axis_span(const Axis *axis, int32_t size, int32_t *first, int32_t *count) {
  int32_t low = INT32_MAX, high = 0;
  for (int32_t i = 0; i < size; i++) {
    if (axis->first[i] < low) low = axis->first[i];
    if (axis->first[i] + axis->count[i] > high) high = axis->first[i] + axis->count[i];
  }
  *first = low;
  *count = high - low;
}

void resampler_free(Resampler *r) {
  if (!r) return;
  axis_free(&r->x);
  axis_free(&r->y);
  free(r->from);
  free(r->to);
  free(r->sums);
  free(r->line);
  free(r);
}

Resampler *resampler_new(
    int32_t columns, int32_t rows, double extent_x, double extent_y, int32_t width, int32_t height,
    int32_t orientation, int32_t size, int32_t channels, uint8_t *output) {
  Resampler *r = calloc(1, sizeof *r);
  if (!r) return NULL;
  r->columns = columns;
  r->rows = rows;
  r->size = size;
  r->channels = channels;
  r->output = output;
  r->is_transposed = orientation >= 5;
  // Where each axis of the upright picture runs against that of the file.
  const int x_reversed = r->is_transposed ? orientation == 6 || orientation == 7
                                          : orientation == 2 || orientation == 3;
  const int y_reversed = r->is_transposed ? orientation == 7 || orientation == 8
                                          : orientation == 3 || orientation == 4;
  const int64_t w = r->is_transposed ? height : width;
  const int64_t h = r->is_transposed ? width : height;
  // torchvision's Resize and CenterCrop; the latter rounds halves to even.
  const int64_t shorter = w < h ? w : h;
  const int64_t full_w = w <= h ? size : (int64_t)((double)size * (double)w / (double)shorter);
  const int64_t full_h = w <= h ? (int64_t)((double)size * (double)h / (double)shorter) : size;
  const int64_t left = (int64_t)nearbyint((double)(full_w - size) / 2);
  const int64_t top = (int64_t)nearbyint((double)(full_h - size) / 2);
  int is_made = axis_make(
      &r->x, r->is_transposed ? rows : columns, r->is_transposed ? extent_y : extent_x,
      (double)full_w, (double)left, size, x_reversed);
  is_made &= axis_make(
      &r->y, r->is_transposed ? columns : rows, r->is_transposed ? extent_x : extent_y,
      (double)full_h, (double)top, size, y_reversed);
  r->from = malloc((size_t)rows * sizeof(int32_t));
  r->to = calloc((size_t)rows, sizeof(int32_t));
  if (!is_made || !r->from || !r->to) {
    resampler_free(r);
    return NULL;
  }
  Axis *down = r->is_transposed ? &r->x : &r->y, *across = r->is_transposed ? &r->y : &r->x;
  axis_span(down, size, &r->first_row, &r->row_count);
  axis_span(across, size, &r->first_column, &r->column_count);
  if (r->is_transposed) {
    // Only these are summed down columns.
    for (int32_t place = 0; place < size; place++) across->first[place] -= r->first_column;
  }
  for (int32_t row = 0; row < rows; row++) r->from[row] = size;
  for (int32_t place = 0; place < size; place++) {
    for (int32_t i = 0; i < down->count[place]; i++) {
      const int32_t row = down->first[place] + i;
      if (place < r->from[row]) r->from[row] = place;
      if (place + 1 > r->to[row]) r->to[row] = place + 1;
    }
  }
  // Upright pictures are summed along rows first, so that every output of a column may be in
  // progress; transposed ones down columns first, where few are.
  r->slots = r->is_transposed ? 1 : size;
  for (int32_t row = 0; row < rows; row++) {
    if (r->to[row] - r->from[row] > r->slots) r->slots = r->to[row] - r->from[row];
  }
  const size_t width_of_sums = (size_t)(r->is_transposed ? r->column_count : size);
  r->sums = malloc((size_t)r->slots * width_of_sums * (size_t)channels * sizeof(int32_t));
  r->line = malloc(width_of_sums * (size_t)channels);
  if (!r->sums || !r->line) {
    resampler_free(r);
    return NULL;
  }
  const size_t count = (size_t)r->slots * width_of_sums * (size_t)channels;
  for (size_t i = 0; i < count; i++) r->sums[i] = 1 << (PRECISION - 1);
  return r;
}

void resampler_rows(const Resampler *r, int32_t *first, int32_t *count) {
  *first = r->first_row;
  *count = r->row_count;
}

/// Sums of neighbors in a row of pixels.
static void sum_across(
    const Axis *axis, int32_t size, int32_t channels, const uint8_t *row, uint8_t *output,
    size_t step) {
  for (int32_t place = 0; place < size; place++) {
    const int32_t *weights = axis->weights + (size_t)place * (size_t)axis->most;
    const int32_t count = axis->count[place];
    if (channels == 3) {
      const uint8_t *pixel = row + 3 * (size_t)axis->first[place];
      int32_t a = 1 << (PRECISION - 1), b = a, c = a;
      for (int32_t i = 0; i < count; i++, pixel += 3) {
        const int32_t weight = weights[i];
        a += weight * pixel[0];
        b += weight * pixel[1];
        c += weight * pixel[2];
      }
      output[0] = clip(a);
      output[1] = clip(b);
      output[2] = clip(c);
    } else {
      const uint8_t *pixel = row + axis->first[place];
      int32_t a = 1 << (PRECISION - 1);
      for (int32_t i = 0; i < count; i++) a += weights[i] * pixel[i];
      output[0] = clip(a);
    }
    output += step;
  }
}

static void add_scaled(int32_t *sums, const uint8_t *values, size_t count, int32_t weight) {
  for (size_t i = 0; i < count; i++) sums[i] += weight * values[i];
}

void resampler_push(Resampler *r, const uint8_t *row) {
  const int32_t place = r->row++;
  if (r->from[place] >= r->to[place]) return;
  const size_t channels = (size_t)r->channels, size = (size_t)r->size;
  if (!r->is_transposed) {
    sum_across(&r->x, r->size, r->channels, row, r->line, channels);
    for (int32_t out = r->from[place]; out < r->to[place]; out++) {
      const int32_t index = place - r->y.first[out];
      if (index < 0 || index >= r->y.count[out]) continue;
      int32_t *sums = r->sums + (size_t)out * size * channels;
      add_scaled(sums, r->line, size * channels, r->y.weights[out * r->y.most + index]);
      if (index + 1 < r->y.count[out]) continue;
      for (size_t i = 0; i < size * channels; i++) {
        r->output[(size_t)out * size * channels + i] = clip(sums[i]);
      }
    }
    return;
  }
  const size_t width = (size_t)r->column_count * channels;
  for (int32_t out = r->from[place]; out < r->to[place]; out++) {
    const int32_t index = place - r->x.first[out];
    if (index < 0 || index >= r->x.count[out]) continue;
    int32_t *sums = r->sums + (size_t)(out % r->slots) * width;
    add_scaled(
        sums, row + (size_t)r->first_column * channels, width,
        r->x.weights[out * r->x.most + index]);
    if (index + 1 < r->x.count[out]) continue;
    for (size_t i = 0; i < width; i++) {
      r->line[i] = clip(sums[i]);
      sums[i] = 1 << (PRECISION - 1);
    }
    sum_across(
        &r->y, r->size, r->channels, r->line, r->output + (size_t)out * channels, size * channels);
  }
}
