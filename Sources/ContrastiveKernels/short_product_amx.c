#if defined(__x86_64__)
#include <math.h>
#include <string.h>

#include "ContrastiveKernels.h"
#include "amx.h"

// A code is 256 * high + low, high signed and low not, so that a product of codes is four of AMX:
// 65536 * high * high + 256 * (high * low + low * high) + low * low, in 32 bits that wrap around.

#define TARGET __attribute__((target("amx-tile,amx-int8,avx512f,avx512vl,avx512bw,avx512dq"), \
                              min_vector_width(512)))
#define INLINE static inline __attribute__((always_inline)) TARGET
#define UNROLL _Pragma("clang loop unroll(full)")
#define FN(name) name##_amx
#include "short_codes.inc"

// Rows and columns of a block, codes that are multiplied in one go, and what a register holds.
enum { SIDE = 16, DEEP = 64, TILE = SIDE * DEEP };
// Columns that stay in the first-level cache while rows pass by.
enum { COLUMNS = 64 };

static size_t least(size_t a, size_t b) { return a < b ? a : b; }
static size_t pieces(size_t count, size_t size) { return (count + size - 1) / size; }

#include "short_planes_amx.inc"

// A block of a product, and its four sums.
typedef struct {
  _Alignas(64) int32_t sums[4][SIDE][SIDE];
  size_t rows;
  size_t columns;
  const float *row_units;
  const float *column_units;
  float *product;
  size_t stride;
  int adding;
} Block;

// A block of no rows.
INLINE Block nothing(size_t stride, int adding) {
  return (Block){.rows = 0, .stride = stride, .adding = adding};
}

// What the next finish is for.
INLINE void set(Block *block, size_t rows, size_t columns, const float *row_units,
                const float *column_units, float *product) {
  block->rows = least(rows, SIDE);
  block->columns = least(columns, SIDE);
  block->row_units = row_units;
  block->column_units = column_units;
  block->product = product;
  for (size_t r = 0; r < block->rows; r++) __builtin_prefetch(product + r * block->stride, 1);
}

INLINE __m512 values(const Block *block, size_t r, __m512 own) {
  const __m512i middle = _mm512_add_epi32(LOAD(block->sums[1][r]), LOAD(block->sums[2][r]));
  const __m512i high = _mm512_slli_epi32(LOAD(block->sums[0][r]), 16);
  const __m512i rest =
      _mm512_add_epi32(_mm512_slli_epi32(middle, 8), LOAD(block->sums[3][r]));
  return _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_add_epi32(high, rest)),
                       _mm512_mul_ps(_mm512_set1_ps(block->row_units[r]), own));
}

// Puts four rows of a whole block into the product.
INLINE void finish_four(const Block *block, size_t first, __m512 own) {
  float *place = block->product + first * block->stride;
  if (block->adding) {
    for (size_t r = first; r < first + 4; r++) {
      STORE(place, _mm512_add_ps(_mm512_loadu_ps(place), values(block, r, own)));
      place += block->stride;
    }
    return;
  }
  for (size_t r = first; r < first + 4; r++) {
    STORE(place, values(block, r, own));
    place += block->stride;
  }
}

// Puts a block into the product, or nothing where it has no rows.
TARGET static void finish(const Block *block) {
  const __mmask16 mask = (__mmask16)((1u << block->columns) - 1);
  const __m512 own = block->column_units ? _mm512_maskz_loadu_ps(mask, block->column_units)
                                         : _mm512_set1_ps(1);
  float *place = block->product;
  for (size_t r = 0; r < block->rows; r++) {
    __m512 value = values(block, r, own);
    if (block->adding) value = _mm512_add_ps(_mm512_maskz_loadu_ps(mask, place), value);
    _mm512_mask_storeu_ps(place, mask, value);
    place += block->stride;
  }
}

// Keeps a sum of the block before, and starts another.
#define NEXT(sum)                               \
  _tile_stored(sum, block->sums[sum], DEEP);    \
  _tile_zero(sum)

// Multiplies codes of 16 rows, stride bytes apart, and packed columns; finishes the block before
// while the registers are at work.
INLINE void multiply(size_t steps, const uint8_t *codes, size_t stride, const uint8_t *packed,
                     Block *block) {
  _tile_loadd(4, codes, stride);
  _tile_loadd(5, packed, DEEP);
  NEXT(0);
  _tile_dpbssd(0, 4, 5);
  _tile_loadd(7, packed + TILE, DEEP);
  NEXT(1);
  _tile_dpbsud(1, 4, 7);
  _tile_loadd(6, codes + DEEP, stride);
  NEXT(2);
  _tile_dpbusd(2, 6, 5);
  NEXT(3);
  _tile_dpbuud(3, 6, 7);
  const int is_whole = block->rows == SIDE && block->columns == SIDE && steps > 1;
  const __m512 own =
      is_whole && block->column_units ? _mm512_loadu_ps(block->column_units) : _mm512_set1_ps(1);
  for (size_t s = 1; s < steps; s++) {
    const int is_finishing = is_whole && s == 1;
    codes += 2 * DEEP;
    packed += 2 * TILE;
    _tile_loadd(4, codes, stride);
    _tile_loadd(5, packed, DEEP);
    _tile_dpbssd(0, 4, 5);
    if (is_finishing) finish_four(block, 0, own);
    _tile_loadd(7, packed + TILE, DEEP);
    _tile_dpbsud(1, 4, 7);
    if (is_finishing) finish_four(block, 4, own);
    _tile_loadd(6, codes + DEEP, stride);
    _tile_dpbusd(2, 6, 5);
    if (is_finishing) finish_four(block, 8, own);
    _tile_dpbuud(3, 6, 7);
    if (is_finishing) finish_four(block, 12, own);
  }
  if (!is_whole) finish(block);
}

// Finishes the last block. Ends the use of the registers.
#define FINISH(block) \
  do {                \
    NEXT(0);          \
    NEXT(1);          \
    NEXT(2);          \
    NEXT(3);          \
    _tile_release();  \
    finish(block);    \
  } while (0)

TARGET static void similarities(size_t rows, size_t columns, size_t depth, const int32_t *left,
                                size_t left_stride, const float *row_units, const int32_t *packed,
                                const float *column_units, float *product, size_t stride,
                                int adding) {
  const size_t steps = pieces(2 * depth, DEEP), whole = rows / SIDE * SIDE;
  Side last;
  if (whole < rows) {
    fill(left + whole * left_stride, rows - whole, left_stride, steps * 2 * DEEP, &last);
  }
  Block all = nothing(stride, adding), *block = &all;
  AMX_START();
  for (size_t start = 0; start < columns; start += COLUMNS) {
    const size_t end = least(columns, start + COLUMNS);
    for (size_t r = 0; r < rows; r += SIDE) {
      const uint8_t *codes = r < whole ? (const uint8_t *)(left + r * left_stride) : *last.codes;
      const size_t apart = r < whole ? 4 * left_stride : sizeof *last.codes;
      for (size_t c = start; c < end; c += SIDE) {
        multiply(steps, codes, apart, (const uint8_t *)packed + c / SIDE * steps * 2 * TILE,
                 block);
        set(block, rows - r, columns - c, row_units + r, column_units + c,
            product + r * stride + c);
      }
    }
  }
  FINISH(block);
}

TARGET static void accumulate(size_t rows, size_t columns, size_t depth, const float *coefficients,
                              size_t row_step, size_t depth_step, const float *scales,
                              const int32_t *packed, float *product, size_t stride, int adding) {
  Side side;
  _Alignas(64) float factors[contrastive_short_depth];
  float row_units[2][SIDE];
  const size_t steps = pieces(depth, DEEP);
  memset(factors, 0, sizeof factors);
  memcpy(factors, scales, depth * sizeof *scales);
  Block all = nothing(stride, adding), *block = &all;
  AMX_START();
  for (size_t r = 0; r < rows; r += SIDE) {
    float *units = row_units[r / SIDE % 2];
    const float *from = coefficients + r * row_step;
    if (depth_step == 1) {
      encode_rows(from, row_step, least(rows - r, SIDE), depth, factors, &side, units);
    } else {
      encode_columns(from, depth_step, least(rows - r, SIDE), depth, factors, &side, units);
    }
    for (size_t c = 0; c < columns; c += SIDE) {
      multiply(steps, *side.codes, sizeof *side.codes,
               (const uint8_t *)packed + c / SIDE * steps * 2 * TILE, block);
      set(block, rows - r, columns - c, units, NULL, product + r * stride + c);
    }
  }
  FINISH(block);
}

const ContrastiveShortProduct contrastive_short_product_amx = {
    "amx", DEEP, encode, pack_rows, pack_elements, similarities, accumulate};
#endif
