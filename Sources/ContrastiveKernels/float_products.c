#include <string.h>

#include "ContrastiveKernels.h"
#include "amx.h"

extern const ContrastiveFloatProduct contrastive_float_product_portable;
extern const ContrastiveFloatProduct contrastive_split_product_portable;
#if defined(__x86_64__)
extern const ContrastiveFloatProduct contrastive_split_product_amx;
extern const ContrastiveFloatProduct contrastive_float_product_avx2;
extern const ContrastiveFloatProduct contrastive_float_product_avx512;
#endif

const ContrastiveFloatProduct *contrastive_float_product_named(const char *name) {
#if defined(__x86_64__)
  // Those that the row kernels find.
  if (strcmp(name, "avx512") == 0) {
    return contrastive_row_kernels_named(name) ? &contrastive_float_product_avx512 : NULL;
  }
  if (strcmp(name, "avx2") == 0) {
    return contrastive_row_kernels_named(name) ? &contrastive_float_product_avx2 : NULL;
  }
#endif
  return strcmp(name, "portable") == 0 ? &contrastive_float_product_portable : NULL;
}

const ContrastiveFloatProduct *contrastive_split_product(void) {
#if defined(__x86_64__)
  if (contrastive_amx_is_available()) return &contrastive_split_product_amx;
#endif
  return &contrastive_split_product_portable;
}

const ContrastiveFloatProduct *contrastive_portable_split_product(void) {
  return &contrastive_split_product_portable;
}

const ContrastiveFloatProduct *contrastive_float_product(void) {
  return contrastive_float_product_named(contrastive_row_kernels()->name);
}
