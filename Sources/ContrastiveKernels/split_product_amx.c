#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#include "ContrastiveKernels.h"
#include "amx.h"
#include "split_product.h"

#define TARGET                                                                           \
  __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,fma,amx-tile,amx-bf16"),     \
                 min_vector_width(512)))
#define INLINE static inline __attribute__((always_inline)) TARGET
#define UNROLL _Pragma("clang loop unroll(full)")

// Sixteen rows or columns, and what one step takes of them: a register for each part.
enum { group = 16, step = contrastive_split_step, parts = 3, part_bytes = 1024 };
enum { step_bytes = parts * part_bytes };

typedef struct {
  const float *values;
  // From one row or column to the next, and from one element of it to the next; one of them is 1.
  size_t step;
  size_t depth_step;
} source;

// The leading bits of some elements, rounded, before what is below them is dropped.
INLINE __m512i leading_bits(__m512 values) {
  return _mm512_add_epi32(_mm512_castps_si512(values), _mm512_set1_epi32(0x8000));
}

// Writes a line of each part's register: elements of the first vector beside those of the second.
INLINE void write_line(__m512 first, __m512 second, uint8_t *line) {
  const __m512i high = _mm512_set1_epi32((int)0xffff0000);
  UNROLL for (int part = 0; part < parts; part++) {
    const int is_last = part == parts - 1;
    const __m512i a = is_last ? _mm512_castps_si512(first) : leading_bits(first);
    const __m512i b = is_last ? _mm512_castps_si512(second) : leading_bits(second);
    // a >> 16 | (b & high)
    const __m512i pair = _mm512_ternarylogic_epi32(_mm512_srli_epi32(a, 16), b, high, 0xf8);
    _mm512_store_si512(line + part * part_bytes, pair);
    first = _mm512_sub_ps(first, _mm512_castsi512_ps(_mm512_and_si512(a, high)));
    second = _mm512_sub_ps(second, _mm512_castsi512_ps(_mm512_and_si512(b, high)));
  }
}

INLINE void transpose(__m512 rows[group]) {
  __m512 pairs[group];
  UNROLL for (int i = 0; i < group; i += 4) {
    const __m512 a = _mm512_unpacklo_ps(rows[i], rows[i + 1]);
    const __m512 b = _mm512_unpackhi_ps(rows[i], rows[i + 1]);
    const __m512 c = _mm512_unpacklo_ps(rows[i + 2], rows[i + 3]);
    const __m512 d = _mm512_unpackhi_ps(rows[i + 2], rows[i + 3]);
    pairs[i] = _mm512_shuffle_ps(a, c, 0x44);
    pairs[i + 1] = _mm512_shuffle_ps(a, c, 0xee);
    pairs[i + 2] = _mm512_shuffle_ps(b, d, 0x44);
    pairs[i + 3] = _mm512_shuffle_ps(b, d, 0xee);
  }
  UNROLL for (int i = 0; i < 4; i++) {
    const __m512 a = _mm512_shuffle_f32x4(pairs[i], pairs[i + 4], 0x88);
    const __m512 b = _mm512_shuffle_f32x4(pairs[i], pairs[i + 4], 0xdd);
    const __m512 c = _mm512_shuffle_f32x4(pairs[i + 8], pairs[i + 12], 0x88);
    const __m512 d = _mm512_shuffle_f32x4(pairs[i + 8], pairs[i + 12], 0xdd);
    rows[i] = _mm512_shuffle_f32x4(a, c, 0x88);
    rows[i + 8] = _mm512_shuffle_f32x4(a, c, 0xdd);
    rows[i + 4] = _mm512_shuffle_f32x4(b, d, 0x88);
    rows[i + 12] = _mm512_shuffle_f32x4(b, d, 0xdd);
  }
}

INLINE __m512 load(const float *values, size_t count) {
  if (count >= group) return _mm512_loadu_ps(values);
  return _mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), values);
}

// Lines of a register's two halves: those of some rows, or of elements of all rows. What is beyond
// the last is 0.
INLINE void read_lines(const float *values, size_t stride, size_t lines, size_t count,
                       __m512 read[group]) {
  if (lines >= group && count >= group) {
    UNROLL for (size_t i = 0; i < group; i++) read[i] = _mm512_loadu_ps(values + i * stride);
    return;
  }
  UNROLL for (size_t i = 0; i < group; i++) {
    read[i] = i < lines ? load(values + i * stride, count) : _mm512_setzero_ps();
  }
}

INLINE size_t beyond(size_t count, size_t start) { return count > start ? count - start : 0; }

// The largest magnitude of each of some rows or columns.
INLINE __m512 magnitudes(source from, size_t count, size_t depth) {
  __m512 largest = _mm512_setzero_ps();
  if (from.depth_step == 1) {
    float all[group] = {0};
    for (size_t i = 0; i < count && i < group; i++) {
      __m512 own = _mm512_setzero_ps();
      for (size_t k = 0; k < depth; k += group) {
        own = _mm512_range_ps(own, load(from.values + i * from.step + k, depth - k), 0x0b);
      }
      all[i] = _mm512_reduce_max_ps(own);
    }
    return _mm512_loadu_ps(all);
  }
  for (size_t k = 0; k < depth; k++) {
    largest = _mm512_range_ps(largest, load(from.values + k * from.depth_step, count), 0x0b);
  }
  return largest;
}

// The exponents of what some rows or columns are divided by; returns whether one is not 0.
INLINE int find_exponents(source from, size_t count, size_t depth, float *exponents) {
  const __m512 largest = magnitudes(from, count, depth), zero = _mm512_setzero_ps();
  const __m512 least = _mm512_set1_ps(contrastive_split_least);
  const __m512 most = _mm512_set1_ps(contrastive_split_most);
  const __mmask16 usual = _mm512_cmp_ps_mask(largest, least, _CMP_GE_OQ) &
                          _mm512_cmp_ps_mask(largest, most, _CMP_LE_OQ);
  const __mmask16 nothing = _mm512_cmp_ps_mask(largest, zero, _CMP_EQ_OQ);
  _mm512_storeu_ps(exponents, zero);
  if ((__mmask16)(usual | nothing) == 0xffff) return 0;
  float all[group];
  _mm512_storeu_ps(all, largest);
  for (int i = 0; i < group; i++) exponents[i] = contrastive_split_exponent(all[i]);
  return 1;
}

// Writes the parts of at most 16 rows, or columns where across, step by step; returns whether one
// was divided by a power of two.
INLINE int pack_group(source from, size_t count, size_t depth, int across, uint8_t *packed,
                      float *exponents) {
  const int scaled = find_exponents(from, count, depth, exponents);
  const int along = from.depth_step == 1;
  // From a line to the next, and from the first half of a step to the second.
  const size_t next = along ? from.step : from.depth_step, second = group * from.depth_step;
  for (size_t k = 0; k < depth; k += step, packed += step_bytes) {
    const float *values = from.values + k * from.depth_step;
    if (along != across && count >= group && depth - k >= step && !scaled) {
      UNROLL for (size_t line = 0; line < group; line++, values += next) {
        write_line(_mm512_loadu_ps(values), _mm512_loadu_ps(values + second), packed + line * 64);
      }
      continue;
    }
    __m512 halves[2][group];
    UNROLL for (size_t half = 0; half < 2; half++, values += second) {
      const size_t left = beyond(depth, k + half * group);
      if (along) {
        read_lines(values, next, left ? count : 0, left, halves[half]);
      } else {
        read_lines(values, next, left, count, halves[half]);
      }
      if (along == across) transpose(halves[half]);
    }
    for (int line = 0; line < group; line++) {
      __m512 a = halves[0][line], b = halves[1][line];
      if (scaled) {
        const __m512 power = across ? _mm512_loadu_ps(exponents) : _mm512_set1_ps(exponents[line]);
        a = _mm512_scalef_ps(a, -power);
        b = _mm512_scalef_ps(b, -power);
      }
      write_line(a, b, packed + line * 64);
    }
  }
  return scaled;
}

INLINE size_t steps_of(size_t depth) { return (depth + step - 1) / step; }

// What packed columns start with: their exponents, and for each group whether one is not 0.
typedef struct {
  float exponents[contrastive_packed_columns];
  int scaled[contrastive_packed_columns / group];
} header;

INLINE uint8_t *planes(const float *packed) {
  return (uint8_t *)packed + (sizeof(header) + 63) / 64 * 64;
}

TARGET static void pack(const float *values, size_t depth, size_t columns, size_t depth_step,
                        size_t column_step, float *packed) {
  header *own = (header *)packed;
  const size_t bytes = steps_of(depth) * step_bytes;
  for (size_t c = 0; c < columns; c += group) {
    const source from = {values + c * column_step, column_step, depth_step};
    own->scaled[c / group] = pack_group(from, columns - c, depth, 1,
                                        planes(packed) + c / group * bytes, own->exponents + c);
  }
}

// Sums of a block of one or two groups of rows and of columns, from the first step to the last. A
// register is loaded just before the products that it is for.
INLINE void multiply_block(int rows, int columns, size_t steps, const uint8_t *left,
                           const uint8_t *right, float *product, size_t stride) {
  const size_t bytes = steps * step_bytes, to_next = stride * sizeof(float);
  const int both = rows > 1 && columns > 1;
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
#define LEFT(part)                                                      \
  do {                                                                  \
    _tile_loadd(4, left + part * part_bytes, 64);                       \
    _tile_dpbf16ps(0, 4, 6);                                            \
    if (columns > 1) _tile_dpbf16ps(1, 4, 7);                           \
    if (rows > 1) _tile_loadd(5, left + bytes + part * part_bytes, 64); \
    if (rows > 1) _tile_dpbf16ps(2, 5, 6);                              \
    if (both) _tile_dpbf16ps(3, 5, 7);                                  \
  } while (0)
#define RIGHT(part)                                                         \
  do {                                                                      \
    _tile_loadd(6, right + part * part_bytes, 64);                          \
    _tile_dpbf16ps(0, 4, 6);                                                \
    if (rows > 1) _tile_dpbf16ps(2, 5, 6);                                  \
    if (columns > 1) _tile_loadd(7, right + bytes + part * part_bytes, 64); \
    if (columns > 1) _tile_dpbf16ps(1, 4, 7);                               \
    if (both) _tile_dpbf16ps(3, 5, 7);                                      \
  } while (0)
  for (size_t k = 0; k < steps; k++, left += step_bytes, right += step_bytes) {
    _tile_loadd(4, left, 64);
    if (rows > 1) _tile_loadd(5, left + bytes, 64);
    RIGHT(2);
    RIGHT(0);
    RIGHT(1);
    LEFT(1);
    RIGHT(0);
    LEFT(2);
  }
  _tile_stored(0, product, to_next);
  if (columns > 1) _tile_stored(1, product + group, to_next);
  if (rows > 1) {
    _tile_stored(2, product + group * stride, to_next);
    if (columns > 1) _tile_stored(3, product + group * stride + group, to_next);
  }
}

// Puts a block into the product, or adds it, with what its rows and columns were scaled by.
INLINE void put_block(size_t rows, size_t columns, const float *block, int scaled,
                      const float *row_exponents, const float *column_exponents, float *product,
                      size_t stride, int adding) {
  for (size_t c = 0; c < columns; c += group) {
    const size_t left = columns - c;
    const __mmask16 mask = left < group ? (__mmask16)((1u << left) - 1) : 0xffff;
    const __m512 own = _mm512_loadu_ps(column_exponents + c);
    for (size_t r = 0; r < rows; r++) {
      __m512 sum = _mm512_loadu_ps(block + r * 2 * group + c);
      if (scaled) sum = _mm512_scalef_ps(sum, own + row_exponents[r]);
      float *place = product + r * stride + c;
      if (adding) sum = _mm512_add_ps(_mm512_maskz_loadu_ps(mask, place), sum);
      _mm512_mask_storeu_ps(place, mask, sum);
    }
  }
}

TARGET static void multiply(size_t rows, size_t columns, size_t depth, const float *left,
                            size_t row_step, size_t depth_step, const float *packed,
                            float *product, size_t stride, int adding) {
  enum { side = 2 * group, most_steps = contrastive_product_depth / step };
  _Alignas(64) uint8_t panel[2 * most_steps * step_bytes];
  _Alignas(64) float block[side * side];
  float exponents[side];
  const header *own = (const header *)packed;
  const size_t steps = steps_of(depth), bytes = steps * step_bytes;
  AMX_START();
  for (size_t r = 0; r < rows; r += side) {
    const size_t height = rows - r < side ? rows - r : side;
    int scaled = 0;
    for (size_t i = 0; i < height; i += group) {
      const source from = {left + (r + i) * row_step, row_step, depth_step};
      scaled |= pack_group(from, height - i, depth, 0, panel + i / group * bytes, exponents + i);
    }
    for (size_t c = 0; c < columns; c += side) {
      const size_t width = columns - c < side ? columns - c : side, index = c / group;
      const uint8_t *right = planes(packed) + index * bytes;
      const int powers =
          scaled | own->scaled[index] | (width > group ? own->scaled[index + 1] : 0);
      const int whole = height == side && width == side && !powers && !adding;
      float *place = product + r * stride + c, *to = whole ? place : block;
      const size_t next = whole ? stride : side;
      if (height > group && width > group) {
        multiply_block(2, 2, steps, panel, right, to, next);
      } else if (height > group) {
        multiply_block(2, 1, steps, panel, right, to, next);
      } else if (width > group) {
        multiply_block(1, 2, steps, panel, right, to, next);
      } else {
        multiply_block(1, 1, steps, panel, right, to, next);
      }
      if (whole) continue;
      put_block(height, width, block, powers, exponents, own->exponents + c, place, stride,
                adding);
    }
  }
  _tile_release();
}

const ContrastiveFloatProduct contrastive_split_product_amx = {"amx", pack, multiply};
#endif
