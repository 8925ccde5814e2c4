// Packed products: matrix products with the right operand laid out in panels.
//
// Each is written once (packed_product.inc) and compiled for several instruction sets and types;
// the portable one is also the specification. What a product multiplies are *units* of 32 bits:
// one Float32, or the codes of several neighboring elements. Matrices are row-major.

#ifndef CONTRASTIVE_PRODUCTS_H
#define CONTRASTIVE_PRODUCTS_H

#include <stddef.h>
#include <stdint.h>

// Units of depth that are multiplied in one go: longer products are cut, and their parts added.
enum { contrastive_product_depth = 256 };

// Columns that are packed at once.
enum { contrastive_packed_columns = 512 };

// Room for packed columns: three units of each element at most, and what a column has besides.
enum {
  contrastive_packing_bytes = contrastive_packed_columns * (contrastive_product_depth * 12 + 64)
};

// The calling thread's, kept until it ends; null without memory.
void *contrastive_packing_room(void);

// C <- A B or C + A B in Float32.
typedef struct {
  // Instruction set: "portable", "avx2", "avx512" or "amx".
  const char *name;

  // Packs an operand of depth rows and columns columns, element (k, c) of which is
  // source[k * depth_step + c * column_step]; one of the steps is 1.
  void (*pack)(const float *source, size_t depth, size_t columns, size_t depth_step,
               size_t column_step, float *packed);

  // Element (r, k) of A is left[r * row_step + k * depth_step]; one of the steps is 1. Where
  // adding, the product is added to C. An element of C is the same sum, in order of depth,
  // wherever it stands: its bits do not depend on the shape of the call.
  void (*multiply)(size_t rows, size_t columns, size_t depth, const float *left, size_t row_step,
                   size_t depth_step, const float *packed, float *product, size_t stride,
                   int adding);
} ContrastiveFloatProduct;

// The product of an instruction set, or null when this processor or build lacks it.
const ContrastiveFloatProduct *contrastive_float_product_named(const char *name);

// The product by bfloat16 parts (see split_product.h): "amx" where the processor has it, else
// "portable", which is slow and gives the same bits. depth is at most contrastive_product_depth.
const ContrastiveFloatProduct *contrastive_split_product_named(const char *name);

// C <- A B, or C + A B where adding, with columns packed into memory that the thread keeps.
// Element (r, k) of A is left[r * row_step + k * left_step], element (k, c) of B
// right[k * right_step + c * column_step]; one step of each is 1. Returns 0 without memory.
int contrastive_float_gemm(const ContrastiveFloatProduct *kernels, size_t rows, size_t columns,
                           size_t depth, const float *left, size_t row_step, size_t left_step,
                           const float *right, size_t right_step, size_t column_step,
                           float *product, size_t stride, int adding);

// Two rows whose similarity may be large enough.
typedef struct {
  uint32_t row;
  uint32_t column;
  float value;
} ContrastivePair;

// What an integer product makes of a dot product of codes, for each row or column:
// value = scale[r] * scale[c] * codes + (offset[r] + offset[c]), in Float32.
typedef struct {
  const float *scales;
  const float *offsets;
  // Pairs whose value is at least one of the two thresholds are listed.
  const float *thresholds;
} ContrastiveSide;

// What is kept of a row besides its codes.
typedef struct {
  float scale;
  // Of the row minus its center, of what codes times scale leave of it, and its dot product with
  // the other center. The first two are upper bounds.
  double norm;
  double residual;
  double offset;
} ContrastiveCodedRow;

// What a row's codes are multiplied by, and its inverse; both 0 for a row too large or too small
// for a scale in Float32.
typedef struct {
  float scale;
  float inverse;
} ContrastiveCodeScale;

// That of a row of some norm whose largest element becomes largest_code, at most 32,000; smaller
// codes where a dot product of such rows would not fit into 32 bits.
ContrastiveCodeScale contrastive_code_scale(double norm, float largest, int32_t largest_code);

// Exact dot products of rows of codes, and what follows from them.
typedef struct {
  // Instruction set: "portable", "avx2", "avxvnni", "avx512vnni" or "amx".
  const char *name;
  // Codes in a unit: 2, of 16 bits, or 4, of 8 bits from -127 to 127, 128 added.
  size_t codes;
  // Units of a row are a multiple of this; codes beyond its elements are 0.
  size_t step;
  // Rows and columns of a panel; a packed operand has whole panels.
  size_t height;
  size_t width;

  // Packs rows of depth units, stride apart, as rows of a product: depth units each.
  void (*pack_rows)(const int32_t *codes, size_t depth, size_t rows, size_t stride,
                    int32_t *packed);

  // Packs rows of depth units, stride apart, as columns of a product: depth + 1 units each.
  void (*pack_columns)(const int32_t *codes, size_t depth, size_t columns, size_t stride,
                       int32_t *packed);

  // Dot products of packed rows and packed columns.
  void (*multiply)(size_t rows, size_t columns, size_t depth, const int32_t *packed_rows,
                   const int32_t *packed_columns, int32_t *product, size_t stride);

  // Lists the pairs that may be similar enough, without writing a product; returns how many. There
  // is room for rows * columns of them. Values are the same on every instruction set.
  size_t (*sift)(size_t rows, size_t columns, size_t depth, const int32_t *packed_rows,
                 const int32_t *packed_columns, ContrastiveSide row_side,
                 ContrastiveSide column_side, ContrastivePair *pairs);

  // Encodes row - center (see contrastive_code_scale); sums are taken as in a row kernel's dot, and
  // numbers are the same on every instruction set of as many codes in a unit.
  ContrastiveCodedRow (*encode)(const float *row, const float *center, const float *other,
                                size_t count, int32_t largest_code, int32_t *units);
} ContrastiveCodeProduct;

// The product of an instruction set, or null when this processor or build lacks it.
const ContrastiveCodeProduct *contrastive_code_product_named(const char *name);

// Rows of 16-bit codes, two in a unit: element = unit of the row * code + residual. The norm of a
// row of codes is below 2^15.5 and no code is beyond 32,767, so that no dot product of two of them
// leaves 32 bits.
typedef struct {
  // stride units a row, for a multiple of as many codes as the product says: codes beyond the
  // dimension are 0.
  const int32_t *codes;
  size_t stride;
  const float *units;
} ContrastiveShortRows;

// Coefficients that are encoded with one unit: longer rows are cut, and their parts added.
enum { contrastive_short_depth = 2 * contrastive_product_depth };

// What is kept of a row besides its codes: norm and residual are upper bounds.
typedef struct {
  // 0 for a row that is too small for codes; all of it is residual.
  float unit;
  // Largest magnitude.
  float largest;
  // NaN for a row with an element that is not finite.
  double norm;
  double residual;
} ContrastiveShortRow;

// Products of rows of 16-bit codes, whose sums are exact; the same bits on every instruction set.
typedef struct {
  // Instruction set: "portable", "avx2", "avxvnni", "avx512vnni" or "amx".
  const char *name;
  // Codes that a row is rounded up to a multiple of: 32 or 64. How they lie in a row is the
  // product's own.
  size_t multiple;

  // Encodes rows of count elements, which are stride apart, at least up to a multiple of 16 codes.
  void (*encode)(size_t rows, const float *values, size_t stride, size_t count, int32_t *codes,
                 size_t code_stride, ContrastiveShortRow *found);

  // Packs rows of depth units as columns of a product.
  void (*pack_rows)(const int32_t *codes, size_t depth, size_t columns, size_t stride,
                    int32_t *packed);

  // Packs elements of rows as columns of a product, two rows in a unit.
  void (*pack_elements)(const int32_t *codes, size_t rows, size_t columns, size_t stride,
                        int32_t *packed);

  // C <- A B, or C + A B, in Float32: sum * (unit of the row * unit of the column).
  void (*similarities)(size_t rows, size_t columns, size_t depth, const int32_t *left,
                       size_t left_stride, const float *row_units, const int32_t *packed,
                       const float *column_units, float *product, size_t stride, int adding);

  // C <- A B, or C + A B, of coefficients a[r * row_step + k * depth_step] with packed elements of
  // rows k, whose units are the scales. A row of coefficients times scales is encoded with a unit
  // of its own, such that codes sum to at most 2^16.
  void (*accumulate)(size_t rows, size_t columns, size_t depth, const float *coefficients,
                     size_t row_step, size_t depth_step, const float *scales,
                     const int32_t *packed, float *product, size_t stride, int adding);
} ContrastiveShortProduct;

// The product of an instruction set, or null when this processor or build lacks it.
const ContrastiveShortProduct *contrastive_short_product_named(const char *name);

// C <- A B^T of rows of depth units each. Returns 0 without memory.
int contrastive_short_similarities(const ContrastiveShortProduct *kernels, size_t rows,
                                   size_t columns, size_t depth, ContrastiveShortRows left,
                                   ContrastiveShortRows right, float *product, size_t stride);

// C <- A B, or C + A B where adding, of depth coefficients a row with as many rows of columns
// elements; one of the steps is 1. Returns 0 without memory.
int contrastive_short_accumulate(const ContrastiveShortProduct *kernels, size_t rows,
                                 size_t columns, size_t depth, const float *coefficients,
                                 size_t row_step, size_t depth_step, ContrastiveShortRows right,
                                 float *product, size_t stride, int adding);

#endif
