"""Makes the pictures of the tests, and what Pillow and torchvision's rules make of them.

    python3 -m pip install pillow numpy
    python3 make.py

Each NAME has a NAME.npy: u1 [8, 8, 3], the picture upright, its shorter side scaled to 8 as
torchvision's Resize does (antialiased bilinear), the centered square, alpha over white, RGB.
The committed files are of Pillow 13.0.
"""

import os
import pathlib

import numpy as np
from PIL import Image, ImageOps

HERE = pathlib.Path(__file__).parent
SIZE = 8


def scene(height, width):
    y, x = np.mgrid[0:height, 0:width]
    channels = [127 + 120 * np.sin(x / 5 + y / 9), 127 + 120 * np.cos(x / 4), (x * 3 + y * 5) % 256]
    return Image.fromarray(np.stack(channels, -1).astype(np.uint8))


def expected(path):
    image = ImageOps.exif_transpose(Image.open(path))
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        white = Image.new("RGBA", image.size, (255, 255, 255, 255))
        image = Image.alpha_composite(white, image.convert("RGBA"))
    image = image.convert("RGB")
    width, height = image.size
    if width <= height:
        size = (SIZE, int(SIZE * height / width))
    else:
        size = (int(SIZE * width / height), SIZE)
    image = image.resize(size, Image.BILINEAR)
    left, top = (int(round((side - SIZE) / 2.0)) for side in size)
    return np.asarray(image.crop((left, top, left + SIZE, top + SIZE)))


def save(name, image, **options):
    image.save(HERE / name, **options)
    np.save(HERE / f"{name}.npy", expected(HERE / name))


picture = scene(21, 33)
gray = picture.convert("L")
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    save(f"orientation-{orientation}.png", picture, exif=exif)
    save(f"orientation-{orientation}.jpg", picture, exif=exif, quality=92)
exif = Image.Exif()
exif[0x0112] = 6
save("orientation-6.webp", picture, exif=exif, lossless=True)
save("tall.png", scene(64, 5))
save("wide.png", scene(4, 90))
save("one.png", scene(1, 1))
save("exact.png", scene(8, 8))
save("gray.png", gray)
save("gray.jpg", gray, quality=92)
save("bits.png", gray.convert("1"))
save("palette.png", picture.quantize(17))
save("palette-clear.png", picture.quantize(16), transparency=3)
save("gray-alpha.png", Image.merge("LA", [gray, picture.getchannel(0)]))
save("alpha.png", Image.merge("RGBA", [*picture.split(), picture.getchannel(1)]))
save("alpha.webp", Image.merge("RGBA", [*picture.split(), picture.getchannel(1)]), lossless=True)
save("gray-16.png", Image.fromarray((np.arange(21 * 33).reshape(21, 33)).astype(np.uint16)))
save("cmyk.jpg", picture.convert("CMYK"), quality=92)
save("progressive.jpg", picture, progressive=True, quality=92)
save("lossy.webp", picture, quality=80)
frames = [picture, picture.rotate(180)]
frames[0].save(HERE / "animated.webp", save_all=True, append_images=frames[1:], lossless=True)
np.save(HERE / "animated.webp.npy", expected(HERE / "animated.webp"))
picture.save(HERE / "named-jpeg.png")
os.replace(HERE / "named-jpeg.png", HERE / "named-jpeg.jpg")
np.save(HERE / "named-jpeg.jpg.npy", expected(HERE / "named-jpeg.jpg"))
# Decoded at a quarter: a few levels from the numbers of the whole.
save("large.jpg", scene(96, 128), quality=92)
