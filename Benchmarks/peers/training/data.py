"""Images and labels of a folder of IDX files, gzipped or not, or of NumPy files."""

import gzip
import os
from pathlib import Path

import numpy as np
import torch

IDX = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"] + [
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
]
NPY = ["train-images.npy", "train-labels.npy", "test-images.npy", "test-labels.npy"]


def installed():
    """Fashion-MNIST where Debian's package dataset-fashion-mnist puts it."""
    folders = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    found = [Path(f) / "datasets" / "fashion-mnist" for f in folders.split(":")]
    return next(folder for folder in found if folder.is_dir())


def idx(path):
    """An IDX file: two zeros, the type (bytes), the number of dimensions, these, the bytes."""
    packed = path.with_name(path.name + ".gz")
    content = path.read_bytes() if path.exists() else gzip.decompress(packed.read_bytes())
    rank = content[3]
    shape = np.frombuffer(content, ">u4", rank, 4)
    return np.frombuffer(content, np.uint8, -1, 4 + 4 * rank).reshape(shape)


def images(array):
    """Bytes [n × channels × height × width]."""
    array = array[:, None] if array.ndim == 3 else array.transpose(0, 3, 1, 2)
    return torch.from_numpy(array.copy())


def load(folder, limit=None):
    """(training images, their labels, test images, their labels); the first `limit` to train on."""
    folder = Path(folder)
    if (folder / NPY[0]).exists():
        arrays = [np.load(folder / name) for name in NPY]
    else:
        arrays = [idx(folder / name) for name in IDX]
    x, y, test_x, test_y = arrays
    labels = [torch.from_numpy(part.astype(np.int64)) for part in (y[:limit], test_y)]
    return images(x[:limit]), labels[0], images(test_x), labels[1]
