"""Trains a PyTorch twin of one of our runs: same encoder, views, optimizer, schedule, evaluation.

Reads the run's config.json and prints one JSON object: accuracies, and the seconds of the epochs
and of everything after the imports.
"""

import argparse
import json
import math
import time
from types import SimpleNamespace

import torch

import data
import knn
from encoder import Encoder, groups
from methods import METHODS


# Options that the twins know only at these values.
FIXED = {
    "optimizer": "sgd",
    "schedule": "cosine",
    "blur": 0,
    "solarization": 0,
    "rotation": 0,
    "small_views": 0,
    "queue_length": 0,
    "annealed": False,
}


def rate(config, step, steps, warmup):
    """Linear rise, then half a cosine."""
    if step < warmup:
        return config.learning_rate * (step + 1) / warmup
    return config.learning_rate * (1 + math.cos(math.pi * (step - warmup) / (steps - warmup))) / 2


def train(config, folder):
    start = time.perf_counter()
    torch.manual_seed(config.seed)
    images, labels, test, test_labels = data.load(folder, config.limit)
    if images.shape[1] != 1:
        raise ValueError("the twins' views are those of gray images")
    unit = images.double() / 255
    mean = unit.mean((0, 2, 3)).float().view(-1, 1, 1)
    deviation = unit.std((0, 2, 3), correction=0).float().view(-1, 1, 1)

    def scale(views):
        return (views - mean) / deviation

    encoder = Encoder(images.shape[1], config).to(memory_format=torch.channels_last)
    method = METHODS[config.method](encoder, config)
    optimizer = torch.optim.SGD(
        groups([encoder, *method.modules], config.weight_decay),
        lr=config.learning_rate,
        momentum=config.sgd_momentum,
    )

    def evaluate():
        features = [encoder.features(part, scale) for part in (images, test)]
        return knn.accuracy(
            features[0], labels, features[1], test_labels, config.neighbors, config.vote_temperature
        )

    def projections(model):
        return model.head(model.features(images, scale))

    random, accuracy, seconds = evaluate(), None, []
    batch = min(config.batch_size, len(images))
    steps = len(images) // batch
    total = config.epochs * steps
    warmup = min(int(config.warmup_epochs * steps), total - 1)
    for epoch in range(config.epochs):
        epoch_start = time.perf_counter()
        with torch.no_grad():
            method.begin(epoch, projections)
        order = torch.randperm(len(images))
        for step in range(epoch * steps, (epoch + 1) * steps):
            for group in optimizer.param_groups:
                group["lr"] = rate(config, step, total, warmup)
            indices = order[(step % steps) * batch :][:batch]
            pixels = (images[indices] / 255).contiguous(memory_format=torch.channels_last)
            views = [scale(view(pixels)) for view in method.views]
            loss = method.loss(views, indices, step, total)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            method.after()
        seconds.append(time.perf_counter() - epoch_start)
        accuracy = evaluate()
    return {
        "knn_accuracy": accuracy if seconds else random,
        "random_encoder_knn_accuracy": random,
        "epoch_seconds": seconds,
        "seconds": time.perf_counter() - start,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", help="config.json of a run, or what --print-config prints")
    parser.add_argument(
        "--data", default=None, help="data folder (default: installed Fashion-MNIST)")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    with open(options.config) as file:
        configuration = SimpleNamespace(**json.load(file))
    for name, value in FIXED.items():
        found = getattr(configuration, name, value)
        if found != value:
            parser.error(f"the twin knows {name} only as {value}, not as {found}")
    print(json.dumps(train(configuration, options.data or data.installed())))
