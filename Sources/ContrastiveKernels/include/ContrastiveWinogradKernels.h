#ifndef CONTRASTIVE_WINOGRAD_KERNELS_H
#define CONTRASTIVE_WINOGRAD_KERNELS_H

#include <stddef.h>

// The transforms of F(2 x 2, 3 x 3) (Lavin and Gray, "Fast algorithms for convolutional neural
// networks", CVPR 2016), for images of height x width x channels with one pixel of zeros around.
//
// A tile is two by two pixels of the output; tiles are counted row by row, ceil(width / 2) a row.
// A transformed tile is 16 vectors of channels, `plane` numbers apart; the next tile's lie
// `channels` numbers after its own. Every number is a sum in a fixed order, so that all instruction
// sets give the same bits.

typedef struct {
  const float *zeros;  // at least `channels` zeros
  float *spare;        // at least `channels` numbers, written to for what lies outside
  size_t height, width, channels;
} ContrastiveWinogradImage;

typedef struct {
  const char *name;

  // B' d B of the four by four pixels under each tile.
  void (*gather)(ContrastiveWinogradImage shape, const float *image, size_t first, size_t count,
                 float *tiles, size_t plane);

  // image = A' m A: two by two pixels of each tile.
  void (*finish)(ContrastiveWinogradImage shape, const float *tiles, size_t plane, size_t first,
                 size_t count, float *image);

  // A y A', the adjoint of finish.
  void (*spread)(ContrastiveWinogradImage shape, const float *image, size_t first, size_t count,
                 float *tiles, size_t plane);

  // image += B v B', the adjoint of gather.
  void (*scatter)(ContrastiveWinogradImage shape, const float *tiles, size_t plane, size_t first,
                  size_t count, float *image);

  // G w G' of `count` kernels: 9 numbers `stride` apart become 16.
  void (*weights)(const float *kernels, size_t stride, size_t count, float *transformed);

  // G' u G, its adjoint: 16 numbers `stride` apart become 9.
  void (*weight_gradient)(const float *transformed, size_t stride, size_t count, float *kernels);
} ContrastiveWinogradKernels;

// The kernels of an instruction set, or null when this processor or build lacks it.
const ContrastiveWinogradKernels *contrastive_winograd_kernels_named(const char *name);

#endif
