#define _GNU_SOURCE
#include "ContrastiveKernels.h"

#include <sched.h>
#include <unistd.h>

int contrastive_processor_count(void) {
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) {
    return CPU_COUNT(&set);
  }
#endif
  const long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (int)online : 1;
}

void contrastive_yield(void) { sched_yield(); }
