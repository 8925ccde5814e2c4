"""Trained encoders as modules."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from .._safetensors import read


class Encoder(nn.Module):
    """A trained backbone: images float32 [n, C, H, W] in 0 … 1 to features [n, D].

    It standardizes pixels itself. `backbone` has torchvision's names for residual networks;
    `image_shape` is that of the images it was trained on, [C, H, W].
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, backbone: nn.Module, description: dict[str, Any]) -> None:
        super().__init__()
        self.backbone = backbone
        self.image_shape = tuple(int(description[n]) for n in ("channels", "height", "width"))
        mean, deviation = description["mean"], description["deviation"]
        self.register_buffer("mean", torch.tensor(mean).reshape(-1, 1, 1))
        self.register_buffer("deviation", torch.tensor(deviation).reshape(-1, 1, 1))

    def forward(self, images: Tensor) -> Tensor:
        """The features, not normalized."""
        if images.dim() != 4 or images.shape[1] != self.mean.shape[0]:
            raise ValueError(
                f"images: found shape {list(images.shape)}, "
                f"expected [n, {self.mean.shape[0]}, H, W]"
            )
        features: Tensor = self.backbone((images - self.mean) / self.deviation)
        return features


def load_encoder(run: str | os.PathLike[str]) -> Encoder:
    """The encoder of a run's folder, or of its `encoder.safetensors`, in evaluation mode.

    The features are those of `contrastive embed`, to 1e-5 of their size.
    """
    path = Path(run)
    path = path / "encoder.safetensors" if path.is_dir() else path
    tensors, metadata = read(path)
    if "encoder" not in metadata:
        raise ValueError(f"{path}: is not an encoder: it has no metadata \"encoder\"")
    description: dict[str, Any] = json.loads(metadata["encoder"])
    architecture = description.get("architecture") or "small"
    if architecture == "small":
        backbone: nn.Module = _small(description)
    else:
        backbone = ResNet(architecture, description["stem"], description["channels"])
    state = {}
    shapes = backbone.state_dict()
    for name, array in tensors.items():
        if name.startswith("backbone."):
            torch_name = _torch_name(name.removeprefix("backbone."))
            state[torch_name] = _in_order(array, shapes, torch_name)
    for name, tensor in shapes.items():
        if name.endswith("num_batches_tracked"):
            state[name] = tensor
    backbone.load_state_dict(state)
    return Encoder(backbone, description).eval()


def _torch_name(name: str) -> str:
    """`convolution2.weight` as `3.weight`, `layer1.0.bn1.scale` as `layer1.0.bn1.weight`."""
    layer, _, part = name.rpartition(".")
    for place, kind in enumerate(("convolution", "normalization")):
        if layer.startswith(kind):
            layer = str(3 * (int(layer.removeprefix(kind)) - 1) + place)
    parts = {"scale": "weight", "shift": "bias", "runningMean": "running_mean",
             "runningVariance": "running_var"}
    return f"{layer}.{parts.get(part, part)}"


def _in_order(array: Any, shapes: dict[str, Tensor], name: str) -> Tensor:
    """A kernel by output, input, row and column, which is stored by row, column, input, output."""
    wanted = shapes.get(name)
    tensor = torch.from_numpy(array.astype(np.float32))
    if wanted is None or wanted.dim() != 4:
        return tensor
    outputs, inputs, height, width = wanted.shape
    return tensor.reshape(height, width, inputs, outputs).permute(3, 2, 0, 1).contiguous()


def _small(description: dict[str, Any]) -> nn.Module:
    layers: list[nn.Module] = []
    channels, kernel = description["channels"], description["kernel"]
    for width in description["widths"]:
        layers += [
            nn.Conv2d(channels, width, kernel, description["stride"], kernel // 2, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
        ]
        channels = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())


class ResNet(nn.Module):
    """A residual network (He et al. 2016) without its classifier, by torchvision's names."""

    _LAYERS = {"resnet18": (2, 2, 2, 2), "resnet34": (3, 4, 6, 3), "resnet50": (3, 4, 6, 3)}

    def __init__(self, architecture: str, stem: str, channels: int) -> None:
        super().__init__()
        if stem == "large":
            self.conv1 = nn.Conv2d(channels, 64, 7, 2, 3, bias=False)
            self.maxpool: nn.Module = nn.MaxPool2d(3, 2, 1)
        else:
            self.conv1 = nn.Conv2d(channels, 64, 3, 1, 1, bias=False)
            self.maxpool = nn.Identity()
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU()
        inputs, expansion = 64, 4 if architecture == "resnet50" else 1
        for stage, count in enumerate(self._LAYERS[architecture]):
            blocks = []
            for block in range(count):
                stride = 2 if stage > 0 and block == 0 else 1
                blocks.append(_Block(inputs, 64 << stage, stride, expansion))
                inputs = (64 << stage) * expansion
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))

    def forward(self, images: Tensor) -> Tensor:
        x = self.maxpool(self.relu(self.bn1(self.conv1(images))))
        for stage in range(4):
            x = getattr(self, f"layer{stage + 1}")(x)
        return torch.flatten(nn.functional.adaptive_avg_pool2d(x, 1), 1)


class _Block(nn.Module):
    def __init__(self, inputs: int, width: int, stride: int, expansion: int) -> None:
        super().__init__()
        if expansion == 1:
            shapes = [(inputs, width, 3, stride), (width, width, 3, 1)]
        else:
            shapes = [(inputs, width, 1, 1), (width, width, 3, stride), (width, width * 4, 1, 1)]
        for number, (taken, given, kernel, step) in enumerate(shapes, 1):
            convolution = nn.Conv2d(taken, given, kernel, step, kernel // 2, bias=False)
            setattr(self, f"conv{number}", convolution)
            setattr(self, f"bn{number}", nn.BatchNorm2d(given))
        self.depth = len(shapes)
        self.relu = nn.ReLU()
        self.downsample: nn.Module | None = None
        if stride != 1 or inputs != width * expansion:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, width * expansion, 1, stride, bias=False),
                nn.BatchNorm2d(width * expansion),
            )

    def forward(self, images: Tensor) -> Tensor:
        x = images
        for number in range(1, self.depth + 1):
            x = getattr(self, f"bn{number}")(getattr(self, f"conv{number}")(x))
            if number < self.depth:
                x = self.relu(x)
        kept = images if self.downsample is None else self.downsample(images)
        result: Tensor = self.relu(x + kept)
        return result
