// AMX, Intel's matrix extension: eight registers of 16 rows of 64 bytes each, and products of them.

#ifndef CONTRASTIVE_AMX_H
#define CONTRASTIVE_AMX_H

#if defined(__x86_64__)
#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>

// Whether the processor multiplies matrices of codes of 8 bits and of bfloat16, has AVX-512 for
// what becomes of them, and the kernel lets this process do so: it is asked once.
bool contrastive_amx_is_available(void);

typedef struct {
  uint8_t palette;
  uint8_t first_row;
  uint8_t unused[14];
  uint16_t row_bytes[16];
  uint8_t rows[16];
} ContrastiveAMXShapes;

extern const ContrastiveAMXShapes contrastive_amx_whole;

// Makes all eight registers whole. _tile_release must follow in the same function: a thread that
// holds registers is more work to switch.
#define AMX_START() _tile_loadconfig(&contrastive_amx_whole)
#endif

#endif
