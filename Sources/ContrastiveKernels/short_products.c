#include "ContrastiveKernels.h"

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

int contrastive_short_similarities(const ContrastiveShortProduct *kernels, size_t rows,
                                   size_t columns, size_t depth, ContrastiveShortRows left,
                                   ContrastiveShortRows right, float *product, size_t stride) {
  int32_t *room = contrastive_packing_room();
  if (!room) return 0;
  for (size_t c = 0; c < columns; c += contrastive_packed_columns) {
    const size_t width = least(columns - c, contrastive_packed_columns);
    for (size_t k = 0; k < depth; k += contrastive_product_depth) {
      const size_t part = least(depth - k, contrastive_product_depth);
      kernels->pack_rows(right.codes + c * right.stride + k, part, width, right.stride, room);
      kernels->similarities(rows, width, part, left.codes + k, left.stride, left.units, room,
                            right.units + c, product + c, stride, k > 0);
    }
  }
  return 1;
}

int contrastive_short_accumulate(const ContrastiveShortProduct *kernels, size_t rows,
                                 size_t columns, size_t depth, const float *coefficients,
                                 size_t row_step, size_t depth_step, ContrastiveShortRows right,
                                 float *product, size_t stride, int adding) {
  int32_t *room = contrastive_packing_room();
  if (!room) return 0;
  for (size_t c = 0; c < columns; c += contrastive_packed_columns) {
    const size_t width = least(columns - c, contrastive_packed_columns);
    for (size_t k = 0; k < depth; k += contrastive_short_depth) {
      const size_t part = least(depth - k, contrastive_short_depth);
      kernels->pack_elements(right.codes + k * right.stride + c / 2, part, width, right.stride,
                             room);
      kernels->accumulate(rows, width, part, coefficients + k * depth_step, row_step, depth_step,
                          right.units + k, room, product + c, stride, adding || k > 0);
    }
  }
  return 1;
}
