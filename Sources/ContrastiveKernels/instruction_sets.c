#include <string.h>

#include "ContrastiveKernels.h"
#include "amx.h"

// Whether this processor and build have an instruction set.
static bool has(const char *name) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
  if (strcmp(name, "amx") == 0) return contrastive_amx_is_available();
  if (strcmp(name, "avx512vnni") == 0) return avx512 && __builtin_cpu_supports("avx512vnni");
  if (strcmp(name, "avx512") == 0) return avx512;
  if (strcmp(name, "avxvnni") == 0) return avx2 && __builtin_cpu_supports("avxvnni");
  if (strcmp(name, "avx2") == 0) return avx2;
#endif
  return strcmp(name, "portable") == 0;
}

// Defines what looks a table up by its name: null where the processor lacks the instruction set.
#define LOOK_UP(Table, find, ...)                                            \
  const Table *find(const char *name) {                                      \
    static const Table *const tables[] = {__VA_ARGS__};                      \
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {            \
      if (strcmp(tables[i]->name, name) == 0 && has(name)) return tables[i]; \
    }                                                                        \
    return NULL;                                                             \
  }

#if defined(__x86_64__)
#define THREE(Table, stem)                                        \
  extern const Table stem##_portable, stem##_avx2, stem##_avx512; \
  LOOK_UP(Table, stem##_named, &stem##_avx512, &stem##_avx2, &stem##_portable)
#define FIVE(Table, stem)                                                             \
  extern const Table stem##_portable, stem##_avx2, stem##_avxvnni, stem##_avx512vnni, \
      stem##_amx;                                                                     \
  LOOK_UP(Table, stem##_named, &stem##_amx, &stem##_avx512vnni, &stem##_avxvnni,      \
          &stem##_avx2, &stem##_portable)
#define SPLIT(Table, stem)                        \
  extern const Table stem##_portable, stem##_amx; \
  LOOK_UP(Table, stem##_named, &stem##_amx, &stem##_portable)
#else
#define THREE(Table, stem)            \
  extern const Table stem##_portable; \
  LOOK_UP(Table, stem##_named, &stem##_portable)
#define FIVE THREE
#define SPLIT THREE
#endif

THREE(ContrastiveRowKernels, contrastive_row_kernels)
THREE(ContrastiveClusterKernels, contrastive_cluster_kernels)
THREE(ContrastiveSinkhornKernels, contrastive_sinkhorn_kernels)
THREE(ContrastiveWinogradKernels, contrastive_winograd_kernels)
THREE(ContrastiveFloatProduct, contrastive_float_product)
SPLIT(ContrastiveFloatProduct, contrastive_split_product)
FIVE(ContrastiveCodeProduct, contrastive_code_product)
FIVE(ContrastiveShortProduct, contrastive_short_product)
