#include "ContrastiveKernels.h"

enum { BLOCK = 16 };

void contrastive_transpose(const float *source, size_t rows, size_t columns, size_t stride,
                           float *target, size_t target_stride) {
  const size_t whole_rows = rows - rows % BLOCK;
  const size_t whole_columns = columns - columns % BLOCK;
  for (size_t r = 0; r < whole_rows; r += BLOCK) {
    for (size_t c = 0; c < whole_columns; c += BLOCK) {
      float block[BLOCK][BLOCK];
      for (size_t i = 0; i < BLOCK; i++) {
        for (size_t j = 0; j < BLOCK; j++) block[j][i] = source[(r + i) * stride + c + j];
      }
      for (size_t j = 0; j < BLOCK; j++) {
        for (size_t i = 0; i < BLOCK; i++) target[(c + j) * target_stride + r + i] = block[j][i];
      }
    }
  }
  for (size_t r = 0; r < rows; r++) {
    const size_t first = r < whole_rows ? whole_columns : 0;
    for (size_t c = first; c < columns; c++) target[c * target_stride + r] = source[r * stride + c];
  }
}
