#ifndef CONTRASTIVE_MEMORY_H
#define CONTRASTIVE_MEMORY_H

#include <stddef.h>

/// Asks the C library to keep freed blocks of up to 32 MiB for the next allocation of the process
/// instead of returning their pages to the system. Does nothing where there is no such switch.
void contrastive_keep_freed_memory(void);

/// Asks the system to back a block of memory with large pages, which are faster to come by and to
/// find, as far as it has any. Only advice: nothing fails and no content changes.
void contrastive_prefer_large_pages(void *memory, size_t bytes);

#endif
