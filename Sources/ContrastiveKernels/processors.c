#define _GNU_SOURCE
#include "ContrastiveKernels.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
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

long contrastive_second_level_cache_bytes(void) {
#ifdef _SC_LEVEL2_CACHE_SIZE
  const long bytes = sysconf(_SC_LEVEL2_CACHE_SIZE);
  return bytes > 0 ? bytes : 0;
#else
  return 0;
#endif
}

void contrastive_yield(void) { sched_yield(); }

void contrastive_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

typedef struct {
  void (*body)(void *);
  void *context;
} thread_start;

static void *run_thread(void *memory) {
  const thread_start start = *(thread_start *)memory;
  free(memory);
  start.body(start.context);
  return NULL;
}

bool contrastive_start_thread(void (*body)(void *), void *context) {
  thread_start *start = malloc(sizeof *start);
  if (!start) return false;
  *start = (thread_start){body, context};
  pthread_t thread;
  if (pthread_create(&thread, NULL, run_thread, start) != 0) {
    free(start);
    return false;
  }
  pthread_detach(thread);
  return true;
}

const char *contrastive_environment_value(const char *name) { return getenv(name); }

bool contrastive_kernels_are_optimized(void) {
#ifdef __OPTIMIZE__
  return true;
#else
  return false;
#endif
}
