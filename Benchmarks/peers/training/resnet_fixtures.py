"""Writes the numbers that tests compare residual networks with: torchvision's.

For each network: a batch of images, and what torchvision makes of them with its own initial weights
of a fixed seed, in training mode and then in evaluation mode. The weights are not stored: those of
a counter-based generator that the tests have, too, take their place, so that a fixture is a few
kilobytes. Values are computed in double precision.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
import torchvision
from safetensors.torch import save_file
from torch import nn

MASK = (1 << 64) - 1


def numbers(seed, count):
    """Uniform in -1 ... 1: SplitMix64 of seed and place, its upper 24 bits."""
    z = (np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)) + np.uint64(seed)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float64) / (1 << 23) - 1


def network(name, stem, channels):
    model = getattr(torchvision.models, name)(weights=None)
    if stem == "small":
        model.conv1 = nn.Conv2d(channels, 64, 3, 1, 1, bias=False)
        model.maxpool = nn.Identity()
    model.fc = nn.Identity()
    model = model.double()
    with torch.no_grad():
        for place, (key, value) in enumerate(sorted(model.named_parameters())):
            drawn = torch.from_numpy(numbers(place + 1, value.numel())).view(value.shape)
            if value.ndim == 4:  # the deviation of torchvision's, He's over the outputs
                fan = value.shape[0] * value.shape[2] * value.shape[3]
                drawn = (drawn * (6 / fan) ** 0.5).float().double()
            elif key.endswith("weight"):
                drawn = (1 + 0.3 * drawn).float().double()
            else:
                drawn = (0.3 * drawn).float().double()
            value.copy_(drawn)
    return model


def fixture(name, stem, size, images):
    model = network(name, stem, 3)
    shape = (images, 3, size, size)
    x = torch.from_numpy(numbers(1000, int(np.prod(shape)))).view(shape)
    model.train()
    y = model(x)
    weights = torch.from_numpy(numbers(2000, y.numel())).view(y.shape)
    (y * weights).sum().backward()
    model.eval()
    features = model(x)
    every = y.shape[1] // 512 * 4
    tensors = {"features": features[:, ::every], "outputs": y[:, ::every]}
    names, samples, norms = [], [], []
    for key, value in sorted(model.named_parameters()):
        flat = value.grad.flatten()
        places = torch.arange(4) * (len(flat) // 4)
        names.append(key)
        samples.append(flat[places])
        norms.append(flat.norm())
    tensors["gradient_samples"] = torch.stack(samples)
    tensors["gradient_norms"] = torch.stack(norms)
    buffers = dict(model.named_buffers())
    tensors["running_mean"] = buffers["layer2.0.bn2.running_mean"][:16].clone()
    tensors["running_var"] = buffers["layer2.0.bn2.running_var"][:16].clone()
    return {key: value.detach().float().contiguous() for key, value in tensors.items()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for name, stem, size, images in [
        ("resnet18", "small", 9, 3),
        ("resnet18", "large", 40, 3),
        ("resnet34", "small", 16, 3),
        ("resnet50", "large", 33, 4),
    ]:
        save_file(fixture(name, stem, size, images), folder / f"{name}-{stem}.safetensors")
