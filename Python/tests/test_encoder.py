"""Trained encoders: names and layouts are the file's."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from runs import write

import contrastive as ct
from contrastive.torch._encoder import ResNet, _small

PARTS = {"running_mean": "runningMean", "running_var": "runningVariance"}


def write_encoder(path: Path, backbone: torch.nn.Module, description: dict[str, Any]) -> None:
    """A file as training leaves it: kernels by row, column, input and output."""
    tensors = {"head.linear.weight": np.zeros(0)}
    kinds = {name: type(layer).__name__ for name, layer in backbone.named_modules()}
    for name, tensor in backbone.state_dict().items():
        layer, _, part = name.rpartition(".")
        if part == "num_batches_tracked":
            continue
        is_normalization = kinds[layer] == "BatchNorm2d"
        if is_normalization:
            part = PARTS.get(part, {"weight": "scale", "bias": "shift"}.get(part, part))
        if layer.isdigit():
            kind = "normalization" if is_normalization else "convolution"
            layer = f"{kind}{int(layer) // 3 + 1}"
        if tensor.dim() == 4:
            tensor = tensor.permute(2, 3, 1, 0).reshape(-1, tensor.shape[0])
        tensors[f"backbone.{layer}.{part}"] = tensor.numpy()
    write(path, tensors, {"encoder": description})


def randomized(module: torch.nn.Module) -> torch.nn.Module:
    torch.manual_seed(0)
    for name, buffer in module.named_buffers():
        if name.endswith("running_mean"):
            buffer.normal_(0, 0.1)
        elif name.endswith("running_var"):
            buffer.uniform_(0.5, 1.5)
    return module.eval()


def described(**more: Any) -> dict[str, Any]:
    return {
        "format": 2, "height": 32, "width": 28, "channels": 3, "widths": [8, 12], "kernel": 3,
        "stride": 2, "mean": [0.4, 0.5, 0.6], "deviation": [0.2, 0.25, 0.3], **more,
    }


@pytest.mark.parametrize("architecture", ["small", "resnet18", "resnet50"])
def test_features(tmp_path: Path, architecture: str) -> None:
    if architecture == "small":
        description = described()
        backbone = randomized(_small(description))
    else:
        description = described(architecture=architecture, stem="small")
        backbone = randomized(ResNet(architecture, "small", 3))
    write_encoder(tmp_path / "encoder.safetensors", backbone, description)
    images = torch.rand(2, 3, 32, 28)
    encoder = ct.torch.load_encoder(tmp_path)
    scaled = (images - torch.tensor([0.4, 0.5, 0.6]).reshape(3, 1, 1)) / torch.tensor(
        [0.2, 0.25, 0.3]
    ).reshape(3, 1, 1)
    with torch.no_grad():
        torch.testing.assert_close(encoder(images), backbone(scaled))
    assert not encoder.training and encoder.image_shape == (3, 32, 28)
    rows = ct.RunTransformer(tmp_path, batch_size=1).fit_transform(images.reshape(2, -1).numpy())
    np.testing.assert_allclose(rows, encoder(images).detach(), rtol=1e-4, atol=1e-5)
    with pytest.raises(ct.ContrastiveError, match="expected images"):
        ct.RunTransformer(tmp_path).fit(np.zeros((2, 7)))
    with pytest.raises(ValueError, match="images"):
        encoder(images[:, :1])


@pytest.mark.skipif(find_spec("torchvision") is None, reason="needs torchvision")
@pytest.mark.parametrize("architecture", ["resnet18", "resnet34", "resnet50"])
def test_residual_networks_are_torchvisions(architecture: str) -> None:
    import torchvision

    theirs = getattr(torchvision.models, architecture)()
    theirs.fc = torch.nn.Identity()
    theirs = randomized(theirs)
    ours = ResNet(architecture, "large", 3).eval()
    ours.load_state_dict(theirs.state_dict())
    images = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        torch.testing.assert_close(ours(images), theirs(images))


def test_no_encoder(tmp_path: Path) -> None:
    text = b'{"__metadata__": {}}'
    (tmp_path / "x.safetensors").write_bytes(len(text).to_bytes(8, "little") + text)
    with pytest.raises(ValueError, match="not an encoder"):
        ct.torch.load_encoder(tmp_path / "x.safetensors")
    with pytest.raises(FileNotFoundError):
        ct.torch.load_encoder(tmp_path / "missing")
