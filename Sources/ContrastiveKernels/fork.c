#define _GNU_SOURCE
#include "ContrastiveKernels.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>

static atomic_ulong generation;
static atomic_long inside;
static atomic_bool is_forking;

// Calls are milliseconds; a process that forks inside one does not wait for itself for ever.
static void wait_for_calls(void) {
  atomic_store(&is_forking, true);
  struct timespec now, end;
  clock_gettime(CLOCK_MONOTONIC, &end);
  end.tv_sec += 10;
  while (atomic_load(&inside) > 0) {
    sched_yield();
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (now.tv_sec > end.tv_sec) return;
  }
}

static void go_on(void) { atomic_store(&is_forking, false); }

static void begin_child(void) {
  atomic_store(&inside, 0);
  atomic_fetch_add(&generation, 1);
  go_on();
}

static void watch(void) { pthread_atfork(wait_for_calls, go_on, begin_child); }

void contrastive_watch_forks(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, watch);
}

unsigned long contrastive_fork_generation(void) { return atomic_load(&generation); }

void contrastive_enter_call(void) {
  while (1) {
    atomic_fetch_add(&inside, 1);
    if (!atomic_load(&is_forking)) return;
    atomic_fetch_sub(&inside, 1);
    while (atomic_load(&is_forking)) sched_yield();
  }
}

void contrastive_leave_call(void) { atomic_fetch_sub(&inside, 1); }
