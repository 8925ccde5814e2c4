#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "picture.h"

#include <png.h>

// libpng reports an error by a call that must not return. The jump stays inside this file: it goes
// from `stop` to `picture_read_png`, over libpng's frames alone.
typedef struct {
  png_structp codec;
  png_infop header;
  jmp_buf escape;
  Picture *picture;
  Resampler *resampler;
  uint8_t *row, *converted, *whole;
  png_bytep *rows;
} Job;

static void stop(png_structp codec, png_const_charp text) {
  Job *job = png_get_error_ptr(codec);
  picture_fail(job->picture, "is a damaged PNG: %s", text);
  longjmp(job->escape, 1);
}

static void ignore(png_structp codec, png_const_charp text) {
  (void)codec;
  (void)text;
}

/// The orientation in an eXIf chunk, wherever it is; the file is then at its first byte.
static int orientation(FILE *file) {
  enum { MOST = 1 << 16 };
  int found = 1;
  uint8_t start[8];
  if (fseek(file, 8, SEEK_SET) != 0) return 1;
  while (fread(start, 1, 8, file) == 8) {
    const uint32_t length = (uint32_t)start[0] << 24 | (uint32_t)start[1] << 16 |
                            (uint32_t)start[2] << 8 | start[3];
    if (length > 0x7fffffff || memcmp(start + 4, "IEND", 4) == 0) break;
    if (memcmp(start + 4, "eXIf", 4) == 0) {
      const size_t count = length < MOST ? length : MOST;
      uint8_t *bytes = malloc(count + 1);
      if (bytes && fread(bytes, 1, count, file) == count) found = picture_orientation(bytes, count);
      free(bytes);
      break;
    }
    if (fseek(file, (long)length + 4, SEEK_CUR) != 0) break;
  }
  rewind(file);
  return found;
}

static RowKind prepare(Job *job) {
  png_structp codec = job->codec;
  const int type = png_get_color_type(codec, job->header);
  const int depth = png_get_bit_depth(codec, job->header);
  const int is_clear = png_get_valid(codec, job->header, PNG_INFO_tRNS) != 0;
  if (type == PNG_COLOR_TYPE_GRAY && depth == 16 && !is_clear) return ROW_GRAY_16;
  if (type == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(codec);
  if (type == PNG_COLOR_TYPE_GRAY && depth < 8) png_set_expand_gray_1_2_4_to_8(codec);
  if (is_clear) png_set_tRNS_to_alpha(codec);
  if (depth == 16) png_set_strip_16(codec);
  const int has_alpha = is_clear || (type & PNG_COLOR_MASK_ALPHA) != 0;
  if (type & PNG_COLOR_MASK_COLOR) return has_alpha ? ROW_RGBA : ROW_RGB;
  return has_alpha ? ROW_GRAY_ALPHA : ROW_GRAY;
}

static int decode(Picture *picture, Job *job) {
  png_structp codec = job->codec;
  const int32_t width = picture->info->width, height = picture->info->height;
  const RowKind kind = prepare(job);
  const int passes = png_set_interlace_handling(codec);
  png_read_update_info(codec, job->header);
  const size_t stride = png_get_rowbytes(codec, job->header);
  job->resampler = resampler_new(
      width, height, width, height, width, height, picture->info->orientation, picture->size,
      picture->channels, picture->output);
  job->converted = malloc((size_t)width * (size_t)picture->channels);
  if (passes > 1) {
    job->whole = malloc(stride * (size_t)height);
    job->rows = malloc((size_t)height * sizeof(png_bytep));
  } else {
    job->row = malloc(stride);
  }
  if (!job->resampler || !job->converted || (passes > 1 ? !job->whole || !job->rows : !job->row)) {
    return picture_fail(picture, "cannot be decoded: there is no memory");
  }
  if (passes > 1) {
    for (int32_t y = 0; y < height; y++) job->rows[y] = job->whole + stride * (size_t)y;
    png_read_image(codec, job->rows);
  }
  const int is_direct = picture->channels == (kind == ROW_GRAY ? 1 : kind == ROW_RGB ? 3 : 0);
  for (int32_t y = 0; y < height; y++) {
    if (passes == 1) png_read_row(codec, job->row, NULL);
    const uint8_t *row = passes > 1 ? job->rows[y] : job->row;
    if (!is_direct) picture_convert(kind, row, width, picture->channels, job->converted);
    resampler_push(job->resampler, is_direct ? row : job->converted);
  }
  png_read_end(codec, NULL);
  return 0;
}

static int read_header(Picture *picture, Job *job) {
  png_structp codec = job->codec;
  png_init_io(codec, picture->file);
  png_read_info(codec, job->header);
  const int type = png_get_color_type(codec, job->header);
  ContrastivePictureInfo *info = picture->info;
  info->width = (int32_t)png_get_image_width(codec, job->header);
  info->height = (int32_t)png_get_image_height(codec, job->header);
  info->is_gray = (type & PNG_COLOR_MASK_COLOR) == 0;
  if (png_get_interlace_type(codec, job->header) != PNG_INTERLACE_NONE) {
    // Palettes and color keys may become four channels.
    picture->memory = (int64_t)info->width * info->height * 4;
  }
  if (!picture->output) return 0;
  if (picture_admit(picture, "an interlaced PNG")) return 2;
  return decode(picture, job);
}

int picture_read_png(Picture *picture) {
  picture->info->orientation = orientation(picture->file);
  // Volatile, because it is read after a jump.
  Job *volatile job = calloc(1, sizeof(Job));
  if (!job) return picture_fail(picture, "cannot be decoded: there is no memory");
  job->picture = picture;
  volatile int result = 1;
  if (setjmp(job->escape) == 0) {
    job->codec = png_create_read_struct(PNG_LIBPNG_VER_STRING, job, stop, ignore);
    if (job->codec) job->header = png_create_info_struct(job->codec);
    result = job->header ? read_header(picture, job)
                         : picture_fail(picture, "cannot be decoded: there is no memory");
  }
  if (job->codec) png_destroy_read_struct(&job->codec, &job->header, NULL);
  resampler_free(job->resampler);
  free(job->row);
  free(job->converted);
  free(job->whole);
  free(job->rows);
  free(job);
  return result;
}
