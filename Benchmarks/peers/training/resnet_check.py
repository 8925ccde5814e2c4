"""Checks the way from PyTorch and back: weights of torchvision, our command, and torchvision again.

For each network torchvision's initial weights of a fixed seed, with moved running statistics, are
saved; our command starts from them (0 epochs), embeds images and exports the encoder; torchvision
loads that strictly, and its features are compared with ours. The small encoder likewise, from our
own random weights to an nn.Sequential.
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import torch
import torchvision
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import nn


def network(name, stem, channels):
    torch.manual_seed(0)
    if name == "small":
        layers, inputs = [], channels
        for outputs in [32, 64, 128]:
            layers += [nn.Conv2d(inputs, outputs, 3, 2, 1, bias=False)]
            layers += [nn.BatchNorm2d(outputs), nn.ReLU()]
            inputs = outputs
        return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())
    model = getattr(torchvision.models, name)()
    if stem == "small":
        model.conv1 = nn.Conv2d(channels, 64, 3, 1, 1, bias=False)
        model.maxpool = nn.Identity()
    elif channels != 3:
        model.conv1 = nn.Conv2d(channels, 64, 7, 2, 3, bias=False)
    return model


def run(words):
    done = subprocess.run([str(w) for w in words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout


def check(contrastive, name, stem, size, channels, folder):
    generator = np.random.default_rng(1)
    shape = (40, size, size, channels) if channels > 1 else (40, size, size)
    images = generator.integers(0, 256, shape, "u1")
    data = folder / "data"
    data.mkdir()
    for part in ["train", "test"]:
        np.save(data / f"{part}-images.npy", images)
        np.save(data / f"{part}-labels.npy", np.arange(40) % 4)
    words = [contrastive, "train", "--data", data, "--output", folder / "run", "--neighbors", 3]
    words += ["--batch-size", 20, "--bank-capacity", 20]
    if name == "small":
        words += ["--epochs", 1]
    else:
        model = network(name, stem, channels)
        model.train()
        with torch.no_grad():
            model(torch.randn(8, channels, size, size))
        save_file(model.state_dict(), folder / "start.safetensors")
        words += ["--epochs", 0, "--encoder", name, "--stem", stem]
        words += ["--initial-encoder", folder / "start.safetensors"]
    run(words)
    run([contrastive, "embed", "--run", folder / "run", "--images", data / "test-images.npy",
         "--output", folder / "ours.npy"])
    out = folder / "out.safetensors"
    run([contrastive, "export", "--run", folder / "run", "--output", out])
    model = network(name, stem, channels)
    model.fc = nn.Identity() if name != "small" else None
    if name == "small":
        del model.fc
    model.load_state_dict(load_file(out), strict=True)
    model.eval()
    with safe_open(out, "pt") as file:
        metadata = file.metadata()
    mean, deviation = (
        torch.tensor([float(x) for x in metadata[key].split(",")]).view(-1, 1, 1)
        for key in ["mean", "deviation"])
    x = torch.from_numpy(images.reshape(40, size, size, channels)).permute(0, 3, 1, 2) / 255
    with torch.no_grad():
        theirs = model.double()((x.double() - mean) / deviation).numpy()
    ours = np.load(folder / "ours.npy")
    rows = np.abs(ours - theirs).max(1) / np.abs(theirs).max(1)
    if name != "small":
        start = load_file(folder / "start.safetensors")
        same = all(torch.equal(start[key], value) for key, value in load_file(out).items()
                   if not key.endswith("num_batches_tracked"))
        assert same, "the weights changed on the way"
    print(json.dumps({"network": name, "stem": stem, "size": size, "channels": channels,
                      "worst relative error of a row": float(rows.max()), "metadata": metadata}))
    return rows.max()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contrastive", required=True, help="our command")
    options = parser.parse_args()
    worst = 0
    for case in [("small", "small", 28, 1), ("small", "small", 32, 3), ("resnet18", "small", 32, 3),
                 ("resnet18", "large", 96, 3), ("resnet34", "small", 28, 1),
                 ("resnet50", "small", 32, 3), ("resnet50", "large", 65, 3)]:
        with tempfile.TemporaryDirectory() as folder:
            worst = max(worst, check(options.contrastive, *case, Path(folder)))
    assert worst <= 1e-4, worst
