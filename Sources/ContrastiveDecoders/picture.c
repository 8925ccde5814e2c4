#define _GNU_SOURCE
#include "picture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int picture_fail(Picture *picture, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(picture->message, CONTRASTIVE_PICTURE_MESSAGE, format, arguments);
  va_end(arguments);
  return 1;
}

int picture_admit(Picture *picture, const char *kind) {
  if (picture->memory <= picture->most_bytes) return 0;
  picture_fail(
      picture, "is %s of %d × %d pixels, which takes %lld MiB to decode; at most %lld are used",
      kind, picture->info->width, picture->info->height, (long long)(picture->memory >> 20),
      (long long)(picture->most_bytes >> 20));
  return 2;
}

static uint32_t number(const uint8_t *bytes, int count, int is_big) {
  uint32_t value = 0;
  for (int i = 0; i < count; i++) value = value << 8 | bytes[is_big ? i : count - 1 - i];
  return value;
}

int picture_orientation(const uint8_t *bytes, size_t count) {
  enum { TAG = 0x0112, ENTRY = 12 };
  if (count < 8) return 1;
  const int is_big = bytes[0] == 'M';
  if (memcmp(bytes, is_big ? "MM\0*" : "II*\0", 4) != 0) return 1;
  const size_t start = number(bytes + 4, 4, is_big);
  if (start > count - 2) return 1;
  const size_t entries = number(bytes + start, 2, is_big);
  for (size_t i = 0; i < entries; i++) {
    const size_t place = start + 2 + i * ENTRY;
    if (place > count || count - place < ENTRY) return 1;
    if (number(bytes + place, 2, is_big) != TAG) continue;
    const uint32_t value = number(bytes + place + 8, 2, is_big);
    return value >= 1 && value <= 8 ? (int)value : 1;
  }
  return 1;
}

int picture_row_width(RowKind kind) {
  switch (kind) {
    case ROW_GRAY: return 1;
    case ROW_GRAY_ALPHA: return 2;
    case ROW_GRAY_16: return 2;
    case ROW_RGB: return 3;
    case ROW_RGBA: return 4;
    case ROW_INVERTED_CMYK: return 4;
  }
  return 4;
}

/// a · b / 255, rounded.
static inline uint8_t part(uint32_t a, uint32_t b) {
  const uint32_t product = a * b + 128;
  return (uint8_t)(((product >> 8) + product) >> 8);
}

static inline uint8_t over_white(uint32_t value, uint32_t alpha) {
  const uint32_t sum = value * alpha + 255 * (255 - alpha) + 128;
  return (uint8_t)(((sum >> 8) + sum) >> 8);
}

/// Pillow's: ITU-R BT.601 in 16 bits.
static inline uint8_t luma(const uint8_t *rgb) {
  return (uint8_t)((rgb[0] * 19595u + rgb[1] * 38470u + rgb[2] * 7471u + 0x8000u) >> 16);
}

void picture_convert(
    RowKind kind, const uint8_t *row, int32_t width, int32_t channels, uint8_t *output) {
  for (int32_t x = 0; x < width; x++) {
    uint8_t rgb[3] = {0};
    switch (kind) {
      case ROW_GRAY: rgb[0] = rgb[1] = rgb[2] = row[x]; break;
      case ROW_GRAY_ALPHA:
        rgb[0] = rgb[1] = rgb[2] = over_white(row[2 * x], row[2 * x + 1]);
        break;
      case ROW_GRAY_16:
        rgb[0] = rgb[1] = rgb[2] = row[2 * x] ? 255 : row[2 * x + 1];
        break;
      case ROW_RGB: memcpy(rgb, row + 3 * x, 3); break;
      case ROW_RGBA:
        for (int i = 0; i < 3; i++) rgb[i] = over_white(row[4 * x + i], row[4 * x + 3]);
        break;
      case ROW_INVERTED_CMYK:
        for (int i = 0; i < 3; i++) {
          const uint8_t light = row[4 * x + 3];
          rgb[i] = (uint8_t)(light - part(255u - row[4 * x + i], light));
        }
        break;
    }
    if (channels == 3) {
      memcpy(output + 3 * x, rgb, 3);
    } else {
      output[x] = kind == ROW_GRAY || kind == ROW_GRAY_ALPHA || kind == ROW_GRAY_16 ? rgb[0]
                                                                                   : luma(rgb);
    }
  }
}

static int read_file(Picture *picture, const char *path) {
  // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
  const int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return picture_fail(picture, "cannot be opened: %s", strerror(errno));
  struct stat status;
  if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
    close(descriptor);
    return picture_fail(picture, "is not a regular file");
  }
  picture->info->bytes = (int64_t)status.st_size;
#if defined(__APPLE__)
  picture->info->seconds = status.st_mtimespec.tv_sec;
  picture->info->nanoseconds = status.st_mtimespec.tv_nsec;
#else
  picture->info->seconds = status.st_mtim.tv_sec;
  picture->info->nanoseconds = status.st_mtim.tv_nsec;
#endif
  picture->file = fdopen(descriptor, "rb");
  if (!picture->file) {
    close(descriptor);
    return picture_fail(picture, "cannot be opened: %s", strerror(errno));
  }
  uint8_t start[12] = {0};
  const size_t count = fread(start, 1, sizeof start, picture->file);
  rewind(picture->file);
  int result;
  if (count >= 3 && memcmp(start, "\xff\xd8\xff", 3) == 0) {
    result = picture_read_jpeg(picture);
  } else if (count >= 8 && memcmp(start, "\x89PNG\r\n\x1a\n", 8) == 0) {
    result = picture_read_png(picture);
  } else if (count == 12 && memcmp(start, "RIFF", 4) == 0 && memcmp(start + 8, "WEBP", 4) == 0) {
    result = picture_read_webp(picture);
  } else if (count == 0) {
    result = picture_fail(picture, "is empty");
  } else {
    result = picture_fail(picture, "is neither JPEG nor PNG nor WebP by its first bytes");
  }
  fclose(picture->file);
  return result;
}

int contrastive_picture_info(
    const char *path, ContrastivePictureInfo *info, char message[CONTRASTIVE_PICTURE_MESSAGE]) {
  *info = (ContrastivePictureInfo){.orientation = 1};
  message[0] = 0;
  Picture picture = {.info = info, .message = message};
  return read_file(&picture, path);
}

int contrastive_picture_decode(
    const char *path, int32_t size, int32_t channels, int64_t most_bytes, uint8_t *output,
    ContrastivePictureInfo *info, char message[CONTRASTIVE_PICTURE_MESSAGE]) {
  *info = (ContrastivePictureInfo){.orientation = 1};
  message[0] = 0;
  Picture picture = {
      .size = size,
      .channels = channels,
      .most_bytes = most_bytes,
      .output = output,
      .info = info,
      .message = message,
  };
  return read_file(&picture, path);
}
