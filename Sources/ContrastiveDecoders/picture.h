// What the decoders of single formats share.
#ifndef CONTRASTIVE_PICTURE_H
#define CONTRASTIVE_PICTURE_H

#include <stdio.h>

#include "ContrastiveDecoders.h"
#include "resample.h"

/// A file that is being read, and where the result goes.
typedef struct {
  FILE *file;
  int32_t size, channels;
  int64_t most_bytes;
  /// NULL where the header alone is wanted.
  uint8_t *output;
  ContrastivePictureInfo *info;
  /// Bytes beside a few rows.
  int64_t memory;
  char *message;
} Picture;

/// Each reads the file from its first byte; 0, or 1 or 2 with a message.
int picture_read_jpeg(Picture *picture);
int picture_read_png(Picture *picture);
int picture_read_webp(Picture *picture);

/// Puts the reason into the picture's message and returns 1.
int picture_fail(Picture *picture, const char *format, ...) __attribute__((format(printf, 2, 3)));

/// 2 with a message for what takes more memory than allowed.
int picture_admit(Picture *picture, const char *kind);

/// The orientation in an EXIF block that starts with its TIFF header; 1 where there is none.
int picture_orientation(const uint8_t *bytes, size_t count);

/// How the numbers of a decoded row are laid out.
typedef enum {
  ROW_GRAY,
  ROW_GRAY_ALPHA,
  ROW_RGB,
  ROW_RGBA,
  ROW_INVERTED_CMYK,
  /// Big-endian, of which Pillow keeps what 8 bits can hold.
  ROW_GRAY_16,
} RowKind;

/// Numbers of a pixel of a row, in bytes.
int picture_row_width(RowKind kind);

/// Brings a row to 1 or 3 channels, alpha over white.
void picture_convert(
    RowKind kind, const uint8_t *row, int32_t width, int32_t channels, uint8_t *output);

#endif
