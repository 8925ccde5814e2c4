#ifndef CONTRASTIVE_DECODERS_H
#define CONTRASTIVE_DECODERS_H

#include <stddef.h>
#include <stdint.h>

/// What a file's header says of its picture.
typedef struct {
  /// Columns and rows as stored, before the orientation is applied.
  int32_t width, height;
  /// EXIF orientation, 1 … 8.
  int32_t orientation;
  /// 1 where the format stores no color: gray, with or without alpha.
  int32_t is_gray;
  /// Bytes of the file, and when it was last changed.
  int64_t bytes, seconds, nanoseconds;
} ContrastivePictureInfo;

/// Room for a message, its end included.
enum { CONTRASTIVE_PICTURE_MESSAGE = 256 };

/// Reads the header of a JPEG, PNG or WebP file, told apart by its first bytes.
///
/// Returns 0, or 1 with the reason in `message`. Never jumps, prints or exits.
int contrastive_picture_info(
    const char *path, ContrastivePictureInfo *info, char message[CONTRASTIVE_PICTURE_MESSAGE]);

/// Decodes a file into size × size × channels bytes.
///
/// The EXIF orientation is applied, the shorter side brought to `size` by antialiased bilinear
/// interpolation, the centered square kept. 1 channel is luma, 3 are red, green and blue; alpha is
/// put over white. Rows are used as they come: memory is a few rows and size² numbers, but for
/// what the format gives only as a whole (progressive JPEG, interlaced PNG, WebP), which is refused
/// above `most_bytes`.
///
/// `info` is the header's as before, of the file as it was opened. Returns 0, or with the reason in
/// `message` 1 for a file that cannot be decoded to its end and 2 for one that takes more memory.
int contrastive_picture_decode(
    const char *path, int32_t size, int32_t channels, int64_t most_bytes, uint8_t *output,
    ContrastivePictureInfo *info, char message[CONTRASTIVE_PICTURE_MESSAGE]);

#endif
