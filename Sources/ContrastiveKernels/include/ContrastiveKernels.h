#ifndef CONTRASTIVE_KERNELS_H
#define CONTRASTIVE_KERNELS_H

#include "ContrastiveMemory.h"

/// Number of processors the calling process may run on (its affinity mask counts), at least 1.
int contrastive_processor_count(void);

#endif
