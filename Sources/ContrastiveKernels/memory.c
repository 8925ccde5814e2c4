#include "ContrastiveMemory.h"

#include <stdlib.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

void contrastive_keep_freed_memory(void) {
#ifdef __GLIBC__
  // The largest threshold that glibc accepts is half of its 64 MiB heaps.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
#endif
}
