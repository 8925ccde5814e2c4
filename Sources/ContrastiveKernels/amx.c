#define _GNU_SOURCE
#include "amx.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ContrastiveKernels.h"

#define WHOLE {64, 64, 64, 64, 64, 64, 64, 64}
const ContrastiveAMXShapes contrastive_amx_whole = {
    .palette = 1, .row_bytes = WHOLE, .rows = {16, 16, 16, 16, 16, 16, 16, 16}};

static bool is_available;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void ask(void) {
#if defined(__linux__) && defined(SYS_arch_prctl)
  enum { request_permission = 0x1023, tile_data = 18 };
  unsigned eax, ebx, ecx, edx;
  if (!__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx)) return;
  const unsigned bfloat16 = 1u << 22, tiles = 1u << 24, codes = 1u << 25;
  if ((~edx & (bfloat16 | tiles | codes)) != 0) return;
  if (!contrastive_row_kernels_named("avx512")) return;
  is_available = syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
#endif
}

bool contrastive_amx_is_available(void) {
  pthread_once(&once, ask);
  return is_available;
}
#endif
