#include <string.h>

#include "ContrastiveKernels.h"

// The same text for vectors of eight and, at the end of a row, for single numbers.

#define INLINE static inline __attribute__((always_inline))

typedef float Eight __attribute__((vector_size(32), aligned(4), may_alias));

typedef ContrastiveWinogradImage Image;

// The four by four pixels under a tile, or the two by two of it; `outside` for what there is not.
INLINE void pixels(Image s, const float *image, const float *outside, size_t tile, size_t from,
                   size_t side, float **found) {
  const size_t columns = (s.width + 1) / 2;
  const size_t top = 2 * (tile / columns), left = 2 * (tile % columns);
  for (size_t i = 0; i < side; i++) {
    for (size_t j = 0; j < side; j++) {
      // Row -1 wraps to a number above any height.
      const size_t y = top + i - from, x = left + j - from;
      found[side * i + j] =
          (float *)(y < s.height && x < s.width ? image + (y * s.width + x) * s.channels : outside);
    }
  }
}

#define AT(type, pointer) (*(type *)(pointer))
#define GET(type, pointer) (*(const type *)(pointer))

#define GATHER(type)                                                            \
  do {                                                                          \
    type t[4][4];                                                               \
    for (int j = 0; j < 4; j++) {                                               \
      const type d0 = GET(type, p[j] + c), d1 = GET(type, p[4 + j] + c),        \
                 d2 = GET(type, p[8 + j] + c), d3 = GET(type, p[12 + j] + c);   \
      t[0][j] = d0 - d2, t[1][j] = d1 + d2, t[2][j] = d2 - d1, t[3][j] = d1 - d3; \
    }                                                                           \
    for (int i = 0; i < 4; i++) {                                               \
      float *to = tiles + 4 * i * plane + c;                                    \
      AT(type, to) = t[i][0] - t[i][2];                                         \
      AT(type, to + plane) = t[i][1] + t[i][2];                                 \
      AT(type, to + 2 * plane) = t[i][2] - t[i][1];                             \
      AT(type, to + 3 * plane) = t[i][1] - t[i][3];                             \
    }                                                                           \
  } while (0)

#define FINISH(type)                                                     \
  do {                                                                   \
    type t[2][4];                                                        \
    for (int j = 0; j < 4; j++) {                                        \
      const float *from = tiles + j * plane + c;                         \
      const type m0 = GET(type, from), m1 = GET(type, from + 4 * plane), \
                 m2 = GET(type, from + 8 * plane), m3 = GET(type, from + 12 * plane); \
      t[0][j] = m0 + m1 + m2, t[1][j] = m1 - m2 - m3;                    \
    }                                                                    \
    for (int i = 0; i < 2; i++) {                                        \
      AT(type, p[2 * i] + c) = t[i][0] + t[i][1] + t[i][2];              \
      AT(type, p[2 * i + 1] + c) = t[i][1] - t[i][2] - t[i][3];          \
    }                                                                    \
  } while (0)

#define SPREAD(type)                                                       \
  do {                                                                     \
    type t[4][2];                                                          \
    for (int j = 0; j < 2; j++) {                                          \
      const type y0 = GET(type, p[j] + c), y1 = GET(type, p[2 + j] + c);   \
      t[0][j] = y0, t[1][j] = y0 + y1, t[2][j] = y0 - y1, t[3][j] = -y1;   \
    }                                                                      \
    for (int i = 0; i < 4; i++) {                                          \
      float *to = tiles + 4 * i * plane + c;                               \
      AT(type, to) = t[i][0];                                              \
      AT(type, to + plane) = t[i][0] + t[i][1];                            \
      AT(type, to + 2 * plane) = t[i][0] - t[i][1];                        \
      AT(type, to + 3 * plane) = -t[i][1];                                 \
    }                                                                      \
  } while (0)

#define SCATTER(type)                                                     \
  do {                                                                    \
    type t[4][4];                                                         \
    for (int j = 0; j < 4; j++) {                                         \
      const float *from = tiles + j * plane + c;                          \
      const type v0 = GET(type, from), v1 = GET(type, from + 4 * plane),  \
                 v2 = GET(type, from + 8 * plane), v3 = GET(type, from + 12 * plane); \
      t[0][j] = v0, t[1][j] = v1 - v2 + v3, t[2][j] = v1 + v2 - v0, t[3][j] = -v3; \
    }                                                                     \
    for (int i = 0; i < 4; i++) {                                         \
      AT(type, p[4 * i] + c) += t[i][0];                                  \
      AT(type, p[4 * i + 1] + c) += t[i][1] - t[i][2] + t[i][3];          \
      AT(type, p[4 * i + 2] + c) += t[i][1] + t[i][2] - t[i][0];          \
      AT(type, p[4 * i + 3] + c) -= t[i][3];                              \
    }                                                                     \
  } while (0)

#define WEIGHTS(type)                                                        \
  do {                                                                       \
    type t[4][3];                                                            \
    for (int j = 0; j < 3; j++) {                                            \
      const float *from = kernels + j * stride + c;                          \
      const type w0 = GET(type, from), w1 = GET(type, from + 3 * stride),    \
                 w2 = GET(type, from + 6 * stride);                          \
      const type ends = 0.5f * (w0 + w2), middle = 0.5f * w1;                \
      t[0][j] = w0, t[1][j] = ends + middle, t[2][j] = ends - middle, t[3][j] = w2; \
    }                                                                        \
    for (int i = 0; i < 4; i++) {                                            \
      float *to = transformed + 4 * i * stride + c;                          \
      const type ends = 0.5f * (t[i][0] + t[i][2]), middle = 0.5f * t[i][1]; \
      AT(type, to) = t[i][0];                                                \
      AT(type, to + stride) = ends + middle;                                 \
      AT(type, to + 2 * stride) = ends - middle;                             \
      AT(type, to + 3 * stride) = t[i][2];                                   \
    }                                                                        \
  } while (0)

#define WEIGHT_GRADIENT(type)                                                     \
  do {                                                                            \
    type t[3][4];                                                                 \
    for (int j = 0; j < 4; j++) {                                                 \
      const float *from = transformed + j * stride + c;                           \
      const type u0 = GET(type, from), u1 = GET(type, from + 4 * stride),         \
                 u2 = GET(type, from + 8 * stride), u3 = GET(type, from + 12 * stride); \
      const type sum = 0.5f * (u1 + u2);                                          \
      t[0][j] = u0 + sum, t[1][j] = 0.5f * (u1 - u2), t[2][j] = sum + u3;         \
    }                                                                             \
    for (int i = 0; i < 3; i++) {                                                 \
      float *to = kernels + 3 * i * stride + c;                                   \
      const type sum = 0.5f * (t[i][1] + t[i][2]);                                \
      AT(type, to) = t[i][0] + sum;                                               \
      AT(type, to + stride) = 0.5f * (t[i][1] - t[i][2]);                         \
      AT(type, to + 2 * stride) = sum + t[i][3];                                  \
    }                                                                             \
  } while (0)

#define CHANNELS(count, body)                        \
  do {                                               \
    size_t c = 0;                                    \
    for (; c + 8 <= (count); c += 8) body(Eight);    \
    for (; c < (count); c++) body(float);            \
  } while (0)

INLINE void gather(Image s, const float *image, size_t first, size_t count, float *tiles,
                   size_t plane) {
  for (size_t k = 0; k < count; k++, tiles += s.channels) {
    float *p[16];
    pixels(s, image, s.zeros, first + k, 1, 4, p);
    CHANNELS(s.channels, GATHER);
  }
}

INLINE void finish(Image s, const float *tiles, size_t plane, size_t first, size_t count,
                   float *image) {
  for (size_t k = 0; k < count; k++, tiles += s.channels) {
    float *p[4];
    pixels(s, image, s.spare, first + k, 0, 2, p);
    CHANNELS(s.channels, FINISH);
  }
}

INLINE void spread(Image s, const float *image, size_t first, size_t count, float *tiles,
                   size_t plane) {
  for (size_t k = 0; k < count; k++, tiles += s.channels) {
    float *p[4];
    pixels(s, image, s.zeros, first + k, 0, 2, p);
    CHANNELS(s.channels, SPREAD);
  }
}

INLINE void scatter(Image s, const float *tiles, size_t plane, size_t first, size_t count,
                    float *image) {
  for (size_t k = 0; k < count; k++, tiles += s.channels) {
    float *p[16];
    pixels(s, image, s.spare, first + k, 1, 4, p);
    CHANNELS(s.channels, SCATTER);
  }
}

INLINE void weights(const float *kernels, size_t stride, size_t count, float *transformed) {
  CHANNELS(count, WEIGHTS);
}

INLINE void weight_gradient(const float *transformed, size_t stride, size_t count,
                            float *kernels) {
  CHANNELS(count, WEIGHT_GRADIENT);
}

#define TABLE(suffix, target)                                                                   \
  target static void gather_##suffix(Image s, const float *image, size_t first, size_t count,   \
                                     float *tiles, size_t plane) {                              \
    gather(s, image, first, count, tiles, plane);                                               \
  }                                                                                             \
  target static void finish_##suffix(Image s, const float *tiles, size_t plane, size_t first,   \
                                     size_t count, float *image) {                              \
    finish(s, tiles, plane, first, count, image);                                               \
  }                                                                                             \
  target static void spread_##suffix(Image s, const float *image, size_t first, size_t count,   \
                                     float *tiles, size_t plane) {                              \
    spread(s, image, first, count, tiles, plane);                                               \
  }                                                                                             \
  target static void scatter_##suffix(Image s, const float *tiles, size_t plane, size_t first,  \
                                      size_t count, float *image) {                             \
    scatter(s, tiles, plane, first, count, image);                                              \
  }                                                                                             \
  target static void weights_##suffix(const float *kernels, size_t stride, size_t count,        \
                                      float *transformed) {                                     \
    weights(kernels, stride, count, transformed);                                               \
  }                                                                                             \
  target static void weight_gradient_##suffix(const float *transformed, size_t stride,          \
                                              size_t count, float *kernels) {                   \
    weight_gradient(transformed, stride, count, kernels);                                       \
  }                                                                                             \
  static const ContrastiveWinogradKernels kernels_##suffix = {                                  \
      #suffix,          gather_##suffix,  finish_##suffix,         spread_##suffix,             \
      scatter_##suffix, weights_##suffix, weight_gradient_##suffix};

TABLE(portable, )
#if defined(__x86_64__)
TABLE(avx2, __attribute__((target("avx2"))))
#endif

const ContrastiveWinogradKernels *contrastive_winograd_kernels_named(const char *name) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (strcmp(name, "avx2") == 0) return __builtin_cpu_supports("avx2") ? &kernels_avx2 : NULL;
#endif
  return strcmp(name, "portable") == 0 ? &kernels_portable : NULL;
}

const ContrastiveWinogradKernels *contrastive_winograd_kernels(void) {
  const ContrastiveWinogradKernels *found = contrastive_winograd_kernels_named("avx2");
  return found ? found : &kernels_portable;
}
