#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "picture.h"

#include <jerror.h>
#include <jpeglib.h>

// libjpeg reports an error by a call that must not return. The jump stays inside this file: it goes
// from `stop` to `picture_read_jpeg`, over libjpeg's frames alone.
typedef struct {
  struct jpeg_error_mgr base;
  jmp_buf escape;
  char message[JMSG_LENGTH_MAX];
  /// Whether a warning said that pixels are missing.
  int is_damaged;
} Errors;

/// What must be freed whether or not a jump was made.
typedef struct {
  struct jpeg_decompress_struct codec;
  Errors errors;
  Resampler *resampler;
  uint8_t *row, *converted;
} Job;

static void stop(j_common_ptr codec) {
  Errors *errors = (Errors *)codec->err;
  codec->err->format_message(codec, errors->message);
  longjmp(errors->escape, 1);
}

static void note(j_common_ptr codec, int level) {
  if (level >= 0) return;
  switch (codec->err->msg_code) {
    // What writers get wrong without loss.
    case JWRN_ADOBE_XFORM:
    case JWRN_BOGUS_ICC:
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_JFIF_MAJOR:
    case JWRN_TOO_MUCH_DATA: return;
    default: break;
  }
  Errors *errors = (Errors *)codec->err;
  if (!errors->is_damaged) codec->err->format_message(codec, errors->message);
  errors->is_damaged = 1;
}

static void say(j_common_ptr codec) { (void)codec; }

static int orientation(const struct jpeg_decompress_struct *codec) {
  for (jpeg_saved_marker_ptr marker = codec->marker_list; marker; marker = marker->next) {
    if (marker->marker == JPEG_APP0 + 1 && marker->data_length > 6 &&
        memcmp(marker->data, "Exif\0\0", 6) == 0) {
      return picture_orientation(marker->data + 6, marker->data_length - 6);
    }
  }
  return 1;
}

/// Bytes of the coefficients, which several scans fill one after the other.
static int64_t coefficients(const struct jpeg_decompress_struct *codec) {
  int64_t blocks = 0;
  for (int i = 0; i < codec->num_components; i++) {
    const jpeg_component_info *component = codec->comp_info + i;
    blocks += (int64_t)component->width_in_blocks * component->height_in_blocks;
  }
  return blocks * DCTSIZE2 * (int64_t)sizeof(JCOEF);
}

/// The smallest eighths whose shorter side is at least five halves of what is wanted: fewer would
/// show in the result.
static unsigned eighths(const struct jpeg_decompress_struct *codec, int32_t size) {
  const int64_t shorter =
      codec->image_width < codec->image_height ? codec->image_width : codec->image_height;
  unsigned scale = 8;
  while (scale > 1 && 2 * (shorter * (scale / 2) / 8) >= 5 * (int64_t)size) scale /= 2;
  return scale;
}

static int decode(Picture *picture, Job *job) {
  struct jpeg_decompress_struct *codec = &job->codec;
  RowKind kind;
  switch (codec->jpeg_color_space) {
    case JCS_GRAYSCALE:
      codec->out_color_space = JCS_GRAYSCALE;
      kind = ROW_GRAY;
      break;
    case JCS_RGB:
    case JCS_YCbCr:
      codec->out_color_space = JCS_RGB;
      kind = ROW_RGB;
      break;
    case JCS_CMYK:
    case JCS_YCCK:
      codec->out_color_space = JCS_CMYK;
      kind = ROW_INVERTED_CMYK;
      break;
    default:
      return picture_fail(
          picture, "is a JPEG of %d color components, expected 1, 3 or 4", codec->num_components);
  }
  const unsigned scale = eighths(codec, picture->size);
  codec->scale_num = scale;
  codec->scale_denom = 8;
  jpeg_start_decompress(codec);
  const int32_t width = (int32_t)codec->output_width, height = (int32_t)codec->output_height;
  job->resampler = resampler_new(
      width, height, codec->image_width * (double)scale / 8,
      codec->image_height * (double)scale / 8, (int32_t)codec->image_width,
      (int32_t)codec->image_height, picture->info->orientation, picture->size, picture->channels,
      picture->output);
  job->row = malloc((size_t)width * (size_t)codec->output_components);
  job->converted = malloc((size_t)width * (size_t)picture->channels);
  if (!job->resampler || !job->row || !job->converted) {
    return picture_fail(picture, "cannot be decoded: there is no memory");
  }
  const int is_direct = picture->channels == (kind == ROW_GRAY ? 1 : kind == ROW_RGB ? 3 : 0);
  while (codec->output_scanline < codec->output_height) {
    JSAMPROW rows[1] = {job->row};
    jpeg_read_scanlines(codec, rows, 1);
    if (!is_direct) picture_convert(kind, job->row, width, picture->channels, job->converted);
    resampler_push(job->resampler, is_direct ? job->row : job->converted);
  }
  jpeg_finish_decompress(codec);
  return 0;
}

static int read_header(Picture *picture, Job *job) {
  struct jpeg_decompress_struct *codec = &job->codec;
  jpeg_create_decompress(codec);
  jpeg_stdio_src(codec, picture->file);
  jpeg_save_markers(codec, JPEG_APP0 + 1, 0xffff);
  jpeg_read_header(codec, TRUE);
  picture->info->width = (int32_t)codec->image_width;
  picture->info->height = (int32_t)codec->image_height;
  picture->info->is_gray = codec->jpeg_color_space == JCS_GRAYSCALE;
  picture->info->orientation = orientation(codec);
  picture->memory = jpeg_has_multiple_scans(codec) ? coefficients(codec) : 0;
  if (!picture->output) return 0;
  if (picture_admit(picture, "a JPEG of several scans")) return 2;
  return decode(picture, job);
}

int picture_read_jpeg(Picture *picture) {
  // Volatile, because it is read after a jump.
  Job *volatile job = calloc(1, sizeof(Job));
  if (!job) return picture_fail(picture, "cannot be decoded: there is no memory");
  job->codec.err = jpeg_std_error(&job->errors.base);
  job->errors.base.error_exit = stop;
  job->errors.base.emit_message = note;
  job->errors.base.output_message = say;
  volatile int result = 1;
  if (setjmp(job->errors.escape) == 0) {
    result = read_header(picture, job);
    if (result == 0 && job->errors.is_damaged) {
      result = picture_fail(picture, "is a damaged JPEG: %s", job->errors.message);
    }
  } else {
    result = picture_fail(picture, "is a damaged JPEG: %s", job->errors.message);
  }
  jpeg_destroy_decompress(&job->codec);
  resampler_free(job->resampler);
  free(job->row);
  free(job->converted);
  free(job);
  return result;
}
