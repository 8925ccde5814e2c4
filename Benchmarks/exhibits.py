"""Trains on Fashion-MNIST and keeps what pictures of Documentation show: `make exhibits`.

    python3 Benchmarks/exhibits.py CONTRASTIVE DATA [FOLDER]     FOLDER: keeps the runs

Writes Benchmarks/results/exhibits.json: of PCL the images nearest to some prototypes after each
epoch, and how many of all such images are of one class; of FNC the images found to show the same as
others. The pixels of the images shown are in the file. Needs nothing but Python; takes minutes.
"""

import base64
import gzip
import json
import os
import struct
import subprocess
import sys
import tempfile
import time
import zlib

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# Prototypes of an epoch and false negatives of an anchor that are shown.
PROTOTYPES, NEAREST, ANCHORS, FOUND = 3, 8, 8, 7


def indices(path, name):
    """The rows of a table of I64 in a safetensors file."""
    with open(path, "rb") as file:
        data = file.read()
    size = struct.unpack("<Q", data[:8])[0]
    entry = json.loads(data[8 : 8 + size])[name]
    first, last = entry["data_offsets"]
    values = struct.unpack(f"<{(last - first) // 8}q", data[8 + size + first : 8 + size + last])
    columns = entry["shape"][1] if len(entry["shape"]) == 2 else 1
    return [values[place : place + columns] for place in range(0, len(values), columns)]


def train(command, data, method, folder, *options, each=None):
    """A run; `each` is called with the path of every set of prototypes as it is replaced."""
    words = ["train", "--method", method, *options]
    run = os.path.join(folder, method)
    process = subprocess.Popen(
        [command, *words, "--data", data, "--output", run], stdout=subprocess.DEVNULL
    )
    path, seen = os.path.join(run, "artifacts/prototypes.safetensors"), None
    while process.poll() is None:
        time.sleep(0.05)
        if each and os.path.exists(path) and os.stat(path).st_ino != seen:
            seen = os.stat(path).st_ino
            each(indices(path, "nearest"))
    if process.returncode:
        sys.exit(f"{' '.join(words)} ended with {process.returncode}")
    with open(os.path.join(run, "metrics.jsonl")) as file:
        return " ".join(words), run, [json.loads(line) for line in file]


def share(nearest, labels):
    """Of the images nearest to each prototype, how many are of its most frequent class."""
    right = total = 0
    for row in nearest:
        classes = [labels[image] for image in row if image >= 0]
        right += max((classes.count(label) for label in set(classes)), default=0)
        total += len(classes)
    return right / total


def prototypes(command, data, folder, labels):
    found = []
    words, _, metrics = train(
        command, data, "pcl", folder, "--limit", "10000", "--seed", "0", each=found.append
    )
    first = len(metrics) - len(found)  # epochs before the first clustering
    epochs = []
    for place, nearest in enumerate(found):
        shown = [nearest[number * len(nearest) // PROTOTYPES] for number in range(PROTOTYPES)]
        epochs.append(
            {
                "epoch": metrics[first + place]["epoch"],
                "prototypes": len(nearest),
                "share_of_one_class": share(nearest, labels),
                "shown": [row[:NEAREST] for row in shown],
            }
        )
    return {"command": words, "epochs": epochs}


def false_negatives(command, data, folder, labels):
    options = "--epochs", "5", "--limit", "10000", "--seed", "0"
    words, run, _ = train(command, data, "fnc", folder, *options)
    path = os.path.join(run, "artifacts/false-negatives.safetensors")
    anchors = [row[0] for row in indices(path, "anchors")]
    found = [[image for image in row if image >= 0] for row in indices(path, "found")]
    pairs = [(anchor, image) for anchor, row in zip(anchors, found) for image in row]
    return {
        "command": words,
        "found": len(pairs),
        "of_one_class": sum(labels[anchor] == labels[image] for anchor, image in pairs),
        "shown": [[anchor, *row[:FOUND]] for anchor, row in zip(anchors, found)][:ANCHORS],
    }


def png(images, pixels):
    """Images of 28 × 28, one under the other, as a PNG file."""
    rows = b"".join(
        b"\0" + pixels[784 * image + 28 * row : 784 * image + 28 * row + 28]
        for image in images
        for row in range(28)
    )

    def chunk(name, data):
        sum = zlib.crc32(name + data)
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", sum)

    header = struct.pack(">IIBBBBB", 28, 28 * len(images), 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )


def main(command, data, kept=None):
    def read(name, start):
        with gzip.open(os.path.join(data, name)) as file:
            return file.read()[start:]

    labels = read("train-labels-idx1-ubyte.gz", 8)
    pixels = read("train-images-idx3-ubyte.gz", 16)
    with tempfile.TemporaryDirectory() as folder:
        results = {
            "prototypes": prototypes(command, data, kept or folder, labels),
            "false_negatives": false_negatives(command, data, kept or folder, labels),
        }
    epochs = results["prototypes"]["epochs"]
    # The first clustering, one in the middle, and the last are shown.
    places = sorted({0, (len(epochs) - 1) // 2, len(epochs) - 1})
    for place, epoch in enumerate(epochs):
        if place not in places:
            del epoch["shown"]
    for name, rows in (
        ("prototypes", [row for place in places for row in epochs[place]["shown"]]),
        ("false_negatives", results["false_negatives"]["shown"]),
    ):
        images = sorted({image for row in rows for image in row})
        results[name]["images"] = images
        results[name]["labels"] = [labels[image] for image in images]
        results[name]["pixels"] = base64.b64encode(png(images, pixels)).decode()
    path = os.path.join(ROOT, "Benchmarks/results/exhibits.json")
    with open(path, "w") as file:
        json.dump(results, file)
        file.write("\n")


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    main(*sys.argv[1:])
