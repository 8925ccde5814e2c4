#if defined(__x86_64__)
#include "amx.h"

#define LANES 16
#define ROWS 32
#define VECTORS 2
#define CODES 4
#define HAS_TILES 1
#define STEP 16
#define TARGET __attribute__((target("amx-tile,amx-int8,avx512f,avx512vl,avx512bw,avx512dq"), \
                              min_vector_width(512)))
#define ISA amx
// Of no use here: tiles are multiplied instead.
#define MULTIPLY(left, right, sum) ((sum) + (left) * (right))
#define LANE_BITS(vector) (uint32_t) _mm512_movepi32_mask((__m512i)(vector))
#define START_TILES() AMX_START()
#define END_TILES() _tile_release()
#include "code_look.inc"

// A panel of rows is one pair of tiles after the other, each of 16 rows and STEP units, without the
// 128 that was added.
INLINE void pack_row_panel_amx(const int32_t *rows, size_t count, size_t depth, size_t stride,
                               int32_t *panel) {
  for (size_t k = 0; k < depth; k += STEP) {
    for (size_t r = 0; r < ROWS; r++) {
      units *const row = (units *)(panel + k * ROWS + r * STEP);
      *(loose *)row = r < count ? *(const loose *)(rows + r * stride + k) ^ (int32_t)0x80808080
                                : (units)0;
    }
  }
}

// Adds the products of a step of depth to four sums, which do not wait for one another.
#define MULTIPLY_TILES(left, panel, MEANWHILE)                \
  do {                                                        \
    _tile_loadd(4, left, 64);                                 \
    _tile_loadd(6, panel, sizeof(units) * VECTORS);           \
    _tile_dpbssd(0, 4, 6);                                    \
    MEANWHILE;                                                \
    _tile_loadd(7, (panel) + LANES, sizeof(units) * VECTORS); \
    _tile_dpbssd(1, 4, 7);                                    \
    MEANWHILE;                                                \
    _tile_loadd(5, (left) + 16 * STEP, 64);                   \
    _tile_dpbssd(2, 5, 6);                                    \
    MEANWHILE;                                                \
    _tile_dpbssd(3, 5, 7);                                    \
    MEANWHILE;                                                \
  } while (0)

INLINE void start_sums_amx(void) {
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
}

INLINE void put_sums_amx(units sums[ROWS][VECTORS]) {
  _tile_stored(0, &sums[0][0], sizeof *sums);
  _tile_stored(1, &sums[0][1], sizeof *sums);
  _tile_stored(2, &sums[16][0], sizeof *sums);
  _tile_stored(3, &sums[16][1], sizeof *sums);
}

INLINE void sum_amx(size_t depth, const int32_t *left, const int32_t *panel,
                    units sums[ROWS][VECTORS]) {
  (void)sums;
  start_sums_amx();
  panel += WIDTH;
  for (size_t k = 0; k < depth; k += STEP) {
    MULTIPLY_TILES(left + k * ROWS, panel + k * WIDTH, );
  }
}

// A few rows are looked at after each product: both are done at once.
INLINE void sum_and_look_amx(size_t depth, const int32_t *left, const int32_t *panel,
                             const lens_amx *lens, place_amx at, int has_excesses,
                             units sums[ROWS][VECTORS], uint32_t *masks) {
  const size_t products = depth / STEP * 4;
  const size_t pairs = products == 0 ? 0 : (ROWS / 2 + products - 1) / products;
  size_t r = 0;
#define LOOK_AT_PAIR()                                           \
  do {                                                           \
    look_amx(lens, at, r, has_excesses, sums[r], masks);         \
    look_amx(lens, at, r + 1, has_excesses, sums[r + 1], masks); \
    r += 2;                                                      \
  } while (0)
#define LOOK() for (size_t i = 0; i < pairs && r < ROWS; i++) LOOK_AT_PAIR()
  start_sums_amx();
  panel += WIDTH;
  for (size_t k = 0; k < depth; k += STEP) {
    MULTIPLY_TILES(left + k * ROWS, panel + k * WIDTH, LOOK());
  }
  while (r < ROWS) LOOK_AT_PAIR();
}

#include "code_product.inc"
#endif
