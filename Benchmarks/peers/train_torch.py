"""An epoch of momentum contrast in PyTorch: the encoder, augmentations and options of `train`."""

import gzip
import math
import os
import time

import numpy as np
import torch
from torch import nn
from torch.nn.functional import affine_grid, cross_entropy, grid_sample, normalize

IMAGES, BATCH, BANK = 15_360, 256, 7_680


def load():
    for folder in os.environ.get("XDG_DATA_DIRS", "/usr/local/share:/usr/share").split(":"):
        path = f"{folder}/datasets/fashion-mnist/train-images-idx3-ubyte.gz"
        if os.path.exists(path):
            with gzip.open(path) as file:
                pixels = np.frombuffer(file.read(), np.uint8, offset=16)
            return torch.from_numpy(pixels.reshape(-1, 1, 28, 28)[:IMAGES].copy())
    raise FileNotFoundError("Fashion-MNIST, which `make deps` installs")


def encoder():
    layers, inputs = [], 1
    for width in [32, 64, 128]:
        layers += [nn.Conv2d(inputs, width, 3, 2, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
        inputs = width
    head = [nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 64)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), *head)


def view(images, mean, deviation):
    """Random crops of 0.3 to 1 of the area, brightness and contrast, for a batch at a time."""
    n = len(images)
    area = torch.empty(n).uniform_(0.3, 1)
    aspect = torch.exp(torch.empty(n).uniform_(math.log(3 / 4), math.log(4 / 3)))
    width = (area * aspect).sqrt().clamp(max=1)
    height = (area / aspect).sqrt().clamp(max=1)
    theta = torch.zeros(n, 2, 3)
    theta[:, 0, 0], theta[:, 1, 1] = width, height
    theta[:, 0, 2] = (1 - width) * torch.empty(n).uniform_(-1, 1)
    theta[:, 1, 2] = (1 - height) * torch.empty(n).uniform_(-1, 1)
    x = grid_sample(images, affine_grid(theta, images.shape, align_corners=False),
                    align_corners=False)
    x = (x * torch.empty(n, 1, 1, 1).uniform_(0.5, 1.5)).clamp(0, 1)
    contrast = torch.empty(n, 1, 1, 1).uniform_(0.5, 1.5)
    x = (contrast * x + (1 - contrast) * x.mean((1, 2, 3), keepdim=True)).clamp(0, 1)
    return (x - mean) / deviation


def epoch():
    pixels = load()
    scaled = pixels.float() / 255
    mean, deviation = scaled.mean(), scaled.std()
    online, momentum = encoder(), encoder()
    momentum.load_state_dict(online.state_dict())
    for parameter in momentum.parameters():
        parameter.requires_grad_(False)
    optimiser = torch.optim.SGD(online.parameters(), 0.06, momentum=0.9, weight_decay=5e-4)
    bank = normalize(torch.randn(BANK, 64))

    def run():
        place = 0
        start = time.perf_counter()
        order = torch.randperm(IMAGES)
        for step in range(IMAGES // BATCH):
            images = pixels[order[step * BATCH : (step + 1) * BATCH]].float() / 255
            q = normalize(online(view(images, mean, deviation)))
            with torch.no_grad():
                for slow, fast in zip(momentum.parameters(), online.parameters()):
                    slow.lerp_(fast, 1 - 0.996)
                k = normalize(momentum(view(images, mean, deviation)))
            logits = torch.cat([(q * k).sum(1, keepdim=True), q @ bank.T], 1) / 0.1
            loss = cross_entropy(logits, torch.zeros(BATCH, dtype=torch.long))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            bank[place : place + BATCH] = k
            place = (place + BATCH) % BANK
        return {"seconds": time.perf_counter() - start}

    return run
