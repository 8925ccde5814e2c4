#ifndef CONTRASTIVE_MEMORY_H
#define CONTRASTIVE_MEMORY_H

/// Asks the C library to keep freed blocks of up to 32 MiB for the next allocation of the process
/// instead of returning their pages to the system. Does nothing where there is no such switch.
void contrastive_keep_freed_memory(void);

#endif
