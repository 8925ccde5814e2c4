#include <pthread.h>
#include <stdlib.h>

#include "ContrastiveKernels.h"

static pthread_key_t room_key;
static pthread_once_t room_once = PTHREAD_ONCE_INIT;

static void make_room_key(void) { pthread_key_create(&room_key, free); }

void *contrastive_packing_room(void) {
  pthread_once(&room_once, make_room_key);
  void *room = pthread_getspecific(room_key);
  if (room) return room;
  room = aligned_alloc(64, contrastive_packing_bytes);
  if (room) pthread_setspecific(room_key, room);
  return room;
}

int contrastive_float_gemm(const ContrastiveFloatProduct *kernels, size_t rows, size_t columns,
                           size_t depth, const float *left, size_t row_step, size_t left_step,
                           const float *right, size_t right_step, size_t column_step,
                           float *product, size_t stride, int adding) {
  float *room = contrastive_packing_room();
  if (!room) return 0;
  for (size_t c = 0; c < columns; c += contrastive_packed_columns) {
    const size_t left_over = columns - c;
    const size_t width =
        left_over < contrastive_packed_columns ? left_over : contrastive_packed_columns;
    for (size_t k = 0; k < depth; k += contrastive_product_depth) {
      const size_t rest = depth - k;
      const size_t part = rest < contrastive_product_depth ? rest : contrastive_product_depth;
      kernels->pack(right + k * right_step + c * column_step, part, width, right_step,
                    column_step, room);
      kernels->multiply(rows, width, part, left + k * left_step, row_step, left_step, room,
                        product + c, stride, adding || k > 0);
    }
  }
  return 1;
}
