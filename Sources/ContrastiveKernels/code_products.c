#include <string.h>

#include "ContrastiveKernels.h"
#include "amx.h"

extern const ContrastiveCodeProduct contrastive_code_product_portable;
#if defined(__x86_64__)
extern const ContrastiveCodeProduct contrastive_code_product_avx2;
extern const ContrastiveCodeProduct contrastive_code_product_avxvnni;
extern const ContrastiveCodeProduct contrastive_code_product_avx512vnni;
extern const ContrastiveCodeProduct contrastive_code_product_amx;
#endif

const ContrastiveCodeProduct *contrastive_code_product_named(const char *name) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (strcmp(name, "amx") == 0) {
    return contrastive_amx_is_available() ? &contrastive_code_product_amx : NULL;
  }
  if (strcmp(name, "avx512vnni") == 0) {
    const int present = contrastive_row_kernels_named("avx512") != NULL &&
                        __builtin_cpu_supports("avx512vnni");
    return present ? &contrastive_code_product_avx512vnni : NULL;
  }
  if (strcmp(name, "avxvnni") == 0) {
    return __builtin_cpu_supports("avxvnni") ? &contrastive_code_product_avxvnni : NULL;
  }
  if (strcmp(name, "avx2") == 0) {
    return __builtin_cpu_supports("avx2") ? &contrastive_code_product_avx2 : NULL;
  }
#endif
  return strcmp(name, "portable") == 0 ? &contrastive_code_product_portable : NULL;
}

const ContrastiveCodeProduct *contrastive_code_product(void) {
  const char *const names[] = {"amx", "avx512vnni", "avxvnni", "avx2"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const ContrastiveCodeProduct *product = contrastive_code_product_named(names[i]);
    if (product) return product;
  }
  return &contrastive_code_product_portable;
}
