// 128-bit vectors: SSE2 on x86-64, NEON on arm64, plain code elsewhere.
#define LANES 4
#define TARGET
#define ISA portable
#include "row_kernels.inc"
#include "cluster_kernels.inc"
#include "sinkhorn_kernels.inc"
#include "winograd_kernels.inc"
