"""Times steps of MoCo with a ResNet by us and by PyTorch in turn.

Ours is `contrastive train` on random images: a step draws two views of every image, encodes them,
evaluates the loss with a queue of keys, goes back and steps the optimizer. PyTorch's is given its
views. Both sides have the same number of threads, of images and of keys; the first step of each
process is left out.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

KEYS, DIMENSION = 4096, 64


def torch_steps(options):
    import copy

    import torch
    import torchvision
    from torch import nn
    from torch.nn import functional as F

    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    model = getattr(torchvision.models, options.encoder)()
    if options.stem == "small":
        model.conv1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
        model.maxpool = nn.Identity()
    features = model.fc.in_features
    model.fc = nn.Sequential(nn.Linear(features, 128), nn.ReLU(), nn.Linear(128, DIMENSION))
    layout = {"nchw": torch.contiguous_format, "nhwc": torch.channels_last}[options.layout]
    model = model.to(memory_format=layout)
    momentum = copy.deepcopy(model).requires_grad_(False)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.06, momentum=0.9, weight_decay=5e-4)
    shape = (options.batch_size, 3, options.size, options.size)
    views = [torch.randn(shape).contiguous(memory_format=layout) for _ in range(2)]
    bank = F.normalize(torch.randn(KEYS, DIMENSION), dim=1)
    target = torch.zeros(options.batch_size, dtype=torch.long)
    seconds = []
    for _ in range(options.steps + 1):
        start = time.perf_counter()
        queries = F.normalize(model(views[0]), dim=1)
        with torch.no_grad():
            torch._foreach_lerp_(list(momentum.parameters()), list(model.parameters()), 0.004)
            keys = F.normalize(momentum(views[1]), dim=1)
        positives = (queries * keys).sum(1, keepdim=True)
        loss = F.cross_entropy(torch.cat([positives, queries @ bank.T], 1) / 0.1, target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        seconds.append(time.perf_counter() - start)
    return seconds[1:]


def our_steps(options, folder):
    import numpy as np

    data, run = folder / "data", folder / "run"
    data.mkdir(exist_ok=True)
    shape = (options.batch_size, options.size, options.size, 3)
    generator = np.random.default_rng(0)
    for part in ["train", "test"]:
        count = shape[0] if part == "train" else 2
        np.save(data / f"{part}-images.npy", generator.integers(0, 256, (count, *shape[1:]), "u1"))
        np.save(data / f"{part}-labels.npy", np.zeros(count, "i8"))
    subprocess.run(
        [options.contrastive, "train", "--method", "moco", "--data", data, "--output", run]
        + ["--encoder", options.encoder, "--stem", options.stem, "--threads", str(options.threads)]
        + ["--batch-size", str(options.batch_size), "--bank-capacity", str(KEYS)]
        + ["--epochs", str(options.steps + 1), "--neighbors", "1"],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    lines = (run / "metrics.jsonl").read_text().splitlines()
    return [json.loads(line)["seconds"] for line in lines][1:]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contrastive", help="our command")
    parser.add_argument("--encoder", default="resnet18")
    parser.add_argument("--stem", default="small")
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--batch-size", type=int, default=256)
    parser.add_argument("--steps", type=int, default=2, help="timed steps a process")
    parser.add_argument("--rounds", type=int, default=3, help="alternations of the three processes")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--layout", choices=["nchw", "nhwc"], help="run PyTorch alone")
    options = parser.parse_args()
    if options.layout:
        print(json.dumps(torch_steps(options)))
        sys.exit()
    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[: options.threads]))
    found = {"ours": [], "nchw": [], "nhwc": []}
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory() as folder:
            found["ours"] += our_steps(options, Path(folder))
        for layout in ["nchw", "nhwc"]:
            words = [sys.executable, __file__, *sys.argv[1:], "--layout", layout]
            done = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True)
            found[layout] += json.loads(done.stdout)
    medians = {side: statistics.median(seconds) for side, seconds in found.items()}
    best = min(medians["nchw"], medians["nhwc"])
    spread = {side: [round(min(s), 2), round(max(s), 2)] for side, s in found.items()}
    print(json.dumps({
        "medians": {side: round(value, 3) for side, value in medians.items()},
        "least and most": spread,
        "ours / PyTorch's better layout": round(medians["ours"] / best, 3),
    }))
