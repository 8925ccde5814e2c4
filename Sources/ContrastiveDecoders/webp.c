#include <stdlib.h>
#include <string.h>

#include "picture.h"

#include <webp/decode.h>
#include <webp/demux.h>

/// The first frame on the canvas, where it is smaller; what it leaves is transparent.
static int place(
    Picture *picture, const WebPIterator *frame, int32_t width, int32_t height, uint8_t *canvas) {
  if (frame->x_offset < 0 || frame->y_offset < 0 || frame->x_offset + frame->width > width ||
      frame->y_offset + frame->height > height) {
    return picture_fail(picture, "is a damaged WebP: its first frame is outside its canvas");
  }
  uint8_t *start = canvas + 4 * ((size_t)frame->y_offset * (size_t)width + (size_t)frame->x_offset);
  const size_t room = 4 * (size_t)width * (size_t)height - (size_t)(start - canvas);
  if (!WebPDecodeRGBAInto(frame->fragment.bytes, frame->fragment.size, start, room, 4 * width)) {
    return picture_fail(picture, "is a damaged WebP: its pixels cannot be decoded to their end");
  }
  return 0;
}

static int decode(Picture *picture, const WebPIterator *frame, size_t length) {
  const int32_t width = picture->info->width, height = picture->info->height;
  picture->memory = (int64_t)width * height * 4 + (int64_t)length;
  if (!picture->output) return 0;
  if (picture_admit(picture, "a WebP")) return 2;
  uint8_t *canvas = calloc((size_t)width * (size_t)height, 4);
  uint8_t *row = malloc((size_t)width * (size_t)picture->channels);
  Resampler *resampler = resampler_new(
      width, height, width, height, width, height, picture->info->orientation, picture->size,
      picture->channels, picture->output);
  int result = canvas && row && resampler
                   ? place(picture, frame, width, height, canvas)
                   : picture_fail(picture, "cannot be decoded: there is no memory");
  for (int32_t y = 0; result == 0 && y < height; y++) {
    picture_convert(
        ROW_RGBA, canvas + 4 * (size_t)y * (size_t)width, width, picture->channels, row);
    resampler_push(resampler, row);
  }
  free(canvas);
  free(row);
  resampler_free(resampler);
  return result;
}

static int read_bytes(Picture *picture, const WebPData *data) {
  WebPDemuxer *parts = WebPDemux(data);
  if (!parts) return picture_fail(picture, "is a damaged WebP: it is cut short");
  picture->info->width = (int32_t)WebPDemuxGetI(parts, WEBP_FF_CANVAS_WIDTH);
  picture->info->height = (int32_t)WebPDemuxGetI(parts, WEBP_FF_CANVAS_HEIGHT);
  WebPChunkIterator chunk;
  if (WebPDemuxGetChunk(parts, "EXIF", 1, &chunk)) {
    const uint8_t *bytes = chunk.chunk.bytes;
    size_t count = chunk.chunk.size;
    // Some writers keep the name that JPEG has before it.
    if (count > 6 && memcmp(bytes, "Exif\0\0", 6) == 0) {
      bytes += 6;
      count -= 6;
    }
    picture->info->orientation = picture_orientation(bytes, count);
    WebPDemuxReleaseChunkIterator(&chunk);
  }
  WebPIterator frame;
  int result;
  if (WebPDemuxGetFrame(parts, 1, &frame)) {
    result = decode(picture, &frame, data->size);
    WebPDemuxReleaseIterator(&frame);
  } else {
    result = picture_fail(picture, "is a damaged WebP: it has no frame");
  }
  WebPDemuxDelete(parts);
  return result;
}

int picture_read_webp(Picture *picture) {
  // A canvas has at most 2^28 pixels of 4 bytes; no file of one is longer.
  const int64_t length = picture->info->bytes;
  if (length > (int64_t)1 << 30) return picture_fail(picture, "is a WebP of more than 1 GiB");
  uint8_t *bytes = malloc((size_t)length);
  if (!bytes) return picture_fail(picture, "cannot be decoded: there is no memory");
  WebPData data = {.bytes = bytes, .size = fread(bytes, 1, (size_t)length, picture->file)};
  const int result = read_bytes(picture, &data);
  free(bytes);
  return result;
}
