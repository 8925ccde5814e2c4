"""Trains on Fashion-MNIST and keeps what pictures of Documentation show: `make exhibits`.

    python3 Benchmarks/exhibits.py CONTRASTIVE DATA [FOLDER]     FOLDER: keeps the runs

Writes Benchmarks/results/exhibits.json: of PCL the images nearest to some prototypes after some
epochs, and how many of all such images are of one class; of FNC the images found to show the same
as others. A run leaves such images where it ends, so the run of PCL ends several times and is
extended each time. The pixels of the images shown are in the file. Needs nothing but Python; takes
minutes.
"""

import base64
import gzip
import json
import os
import struct
import subprocess
import sys
import tempfile
import zlib

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# Prototypes of an epoch and false negatives of an anchor that are shown.
PROTOTYPES, NEAREST, ANCHORS, FOUND = 3, 8, 8, 7
# Images trained on, and epochs after which prototypes are looked at.
IMAGES, ENDS = "5000", (2, 4, 10)


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


def train(command, data, method, folder, epochs):
    """The words of a run of so many epochs, and its folder."""
    words = f"train --method {method} --epochs {epochs} --limit {IMAGES} --seed 0"
    run = os.path.join(folder, method)
    call(command, *words.split(), "--data", data, "--output", run)
    return words, run


def call(*words):
    if subprocess.run(words, stdout=subprocess.DEVNULL).returncode:
        sys.exit(f"failed: {' '.join(words)}")


def share(nearest, labels):
    """Of the images nearest to each prototype, how many are of its most frequent class."""
    right = total = 0
    for row in nearest:
        classes = [labels[image] for image in row if image >= 0]
        right += max((classes.count(label) for label in set(classes)), default=0)
        total += len(classes)
    return right / total


def prototypes(command, data, folder, labels):
    words, run = train(command, data, "pcl", folder, ENDS[0])
    epochs = []
    for end in ENDS:
        if end != ENDS[0]:
            call(command, "train", "--resume", run, "--epochs", str(end))
            words += f", --resume --epochs {end}"
        nearest = indices(os.path.join(run, "artifacts/prototypes.safetensors"), "nearest")
        shown = [nearest[number * len(nearest) // PROTOTYPES] for number in range(PROTOTYPES)]
        epochs.append(
            {
                "epoch": end,
                "prototypes": len(nearest),
                "share_of_one_class": share(nearest, labels),
                "shown": [row[:NEAREST] for row in shown],
            }
        )
    return {"command": words, "epochs": epochs}


def false_negatives(command, data, folder, labels):
    words, run = train(command, data, "fnc", folder, 5)
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
    for name, rows in (
        ("prototypes", [row for epoch in epochs for row in epoch["shown"]]),
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
