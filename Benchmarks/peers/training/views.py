"""Random views of a batch of images, drawn and made for the whole batch at once."""

import math

import torch
import torch.nn.functional as F


def uniform(low, high, *shape):
    return torch.empty(shape).uniform_(low, high)


def rectangles(count, height, width, scale, aspect=(3 / 4, 4 / 3)):
    """Rectangles as torchvision's RandomResizedCrop draws them: (top, left, height, width)."""
    area = height * width * uniform(*scale, count, 10)
    ratio = uniform(math.log(aspect[0]), math.log(aspect[1]), count, 10).exp()
    w, h = (area * ratio).sqrt().round(), (area / ratio).sqrt().round()
    fits = (w >= 1) & (w <= width) & (h >= 1) & (h <= height)
    first = fits.int().argmax(1, keepdim=True)
    w, h, found = (t.gather(1, first).squeeze(1) for t in (w, h, fits))
    whole = width / height
    widest = round(height * aspect[1]) if whole > aspect[1] else width
    highest = round(width / aspect[0]) if whole < aspect[0] else height
    w, h = torch.where(found, w, widest), torch.where(found, h, highest)
    top = torch.where(found, (torch.rand(count) * (height - h + 1)).floor(), (height - h) // 2)
    left = torch.where(found, (torch.rand(count) * (width - w + 1)).floor(), (width - w) // 2)
    return top, left, h, w


def places(start, extent, size, whole):
    """Where `size` output pixels lie in grid_sample's coordinates, never outside the extent."""
    start, extent = start[:, None], extent[:, None]
    at = (torch.arange(size) + 0.5) * extent / size - 0.5
    at = start + torch.minimum(at.clamp(min=0), extent - 1)
    return 2 * (at + 0.5) / whole - 1


def crop(images, scale, size=None):
    count, _, height, width = images.shape
    rows, columns = size or (height, width)
    top, left, h, w = rectangles(count, height, width, scale)
    y = places(top, h, rows, height)[:, :, None].expand(-1, -1, columns)
    x = places(left, w, columns, width)[:, None, :].expand(-1, rows, -1)
    return F.grid_sample(images, torch.stack([x, y], 3), align_corners=False)


def flip(images):
    return torch.where(torch.rand(len(images), 1, 1, 1) < 0.5, images.flip(3), images)


def brightness(images, factor):
    return (factor * images).clamp(0, 1)


def contrast(images, factor):
    return torch.lerp(images.mean((1, 2, 3), keepdim=True), images, factor).clamp(0, 1)


def jitter(images, strength, probability=0.8):
    """Brightness and contrast by random factors in random order."""
    count = len(images)
    b, c = (uniform(max(0, 1 - strength), 1 + strength, count, 1, 1, 1) for _ in range(2))
    changed = torch.rand(count, 1, 1, 1) < probability
    b, c = torch.where(changed, b, 1), torch.where(changed, c, 1)
    first = torch.rand(count, 1, 1, 1) < 0.5
    images = brightness(images, torch.where(first, 1, b))
    images = contrast(images, c)
    return brightness(images, torch.where(first, b, 1))


def normalize(images, mean, deviation):
    return (images - mean) / deviation


def weak(config):
    """Crop, and mirror if asked for."""

    def view(images):
        images = crop(images, (config.smallest_crop, 1))
        return flip(images) if config.flips else images

    return view


def strong(config):
    """Brightness and contrast besides."""
    placed = weak(config)
    return lambda images: jitter(placed(images), config.jitter)
