#include <math.h>

#include "split_product.h"

// Columns that are summed at once.
enum { width = 16, step = contrastive_split_step, parts = 3 };

// Columns of a panel: their exponents, and for each element of depth a line of each part.
typedef struct {
  float exponents[width];
  float lines[contrastive_product_depth][parts][width];
} panel;

static float leading_bits(float value) {
  union {
    float value;
    uint32_t bits;
  } whole = {value};
  whole.bits = (whole.bits + 0x8000u) & 0xffff0000u;
  return whole.value;
}

static float normal(double value) {
  const float rounded = (float)value;
  return fabsf(rounded) < 0x1p-126f ? 0.0f : rounded;
}

// The parts of an element, step floats apart.
static void split(float value, float exponent, size_t distance, float *kept) {
  if (exponent != 0) value = ldexpf(value, -(int)exponent);
  for (int part = 0; part < parts; part++) {
    const float own = part < parts - 1 ? leading_bits(value) : value;
    kept[part * distance] = normal(own);
    value -= own;
  }
}

static float exponent_of(const float *values, size_t depth, size_t distance) {
  float largest = 0;
  for (size_t k = 0; k < depth; k++) largest = fmaxf(largest, fabsf(values[k * distance]));
  return contrastive_split_exponent(largest);
}

static void pack(const float *values, size_t depth, size_t columns, size_t depth_step,
                 size_t column_step, float *packed) {
  panel *own = (panel *)packed;
  for (size_t c = 0; c < columns; c++) {
    const float *column = values + c * column_step;
    panel *to = &own[c / width];
    to->exponents[c % width] = exponent_of(column, depth, depth_step);
    for (size_t k = 0; k < depth; k++) {
      split(column[k * depth_step], to->exponents[c % width], width, &to->lines[k][0][c % width]);
    }
  }
}

// Sums of 16 columns over half a step, from 0. Sums in Double round to what Float32 would have.
static void add_half(size_t start, size_t end, const float left[][parts], int left_part,
                     const panel *right, int right_part, float sums[width]) {
  for (int c = 0; c < width; c++) sums[c] = 0;
  for (size_t k = start; k < end; k++) {
    const double own = left[k][left_part];
    for (int c = 0; c < width; c++) {
      sums[c] = normal(sums[c] + own * right->lines[k][right_part][c]);
    }
  }
}

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

static void multiply(size_t rows, size_t columns, size_t depth, const float *left, size_t row_step,
                     size_t depth_step, const float *packed, float *product, size_t stride,
                     int adding) {
  static const int order[][2] = contrastive_split_order;
  const panel *right = (const panel *)packed;
  float kept[contrastive_product_depth][parts];
  for (size_t r = 0; r < rows; r++) {
    const float *row = left + r * row_step;
    const float exponent = exponent_of(row, depth, depth_step);
    for (size_t k = 0; k < depth; k++) split(row[k * depth_step], exponent, 1, kept[k]);
    for (size_t c = 0; c < columns; c += width, right++) {
      float sums[width] = {0}, first[width], second[width];
      for (size_t k = 0; k < depth; k += step) {
        const size_t middle = least(k + step / 2, depth), end = least(k + step, depth);
        for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
          add_half(k, middle, kept, order[i][0], right, order[i][1], first);
          add_half(middle, end, kept, order[i][0], right, order[i][1], second);
          for (int j = 0; j < width; j++) {
            sums[j] = normal((double)sums[j] + normal((double)first[j] + second[j]));
          }
        }
      }
      for (size_t j = 0; j < width && c + j < columns; j++) {
        const float sum = ldexpf(sums[j], (int)(exponent + right->exponents[j]));
        float *place = product + r * stride + c + j;
        *place = adding ? *place + sum : sum;
      }
    }
    right = (const panel *)packed;
  }
}

const ContrastiveFloatProduct contrastive_split_product_portable = {
    "portable", pack, multiply};
