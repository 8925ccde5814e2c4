"""Writes the inputs of ranks.sh, or large ones: seeded, with the standard library alone.

inputs.py FOLDER [NAME ROWS DIMENSION]: one pair of queries and keys of a size alone.
"""

import array
import json
import random
import struct
import sys

folder = sys.argv[1]


def floats(count, seed):
    draw = random.Random(seed)
    return struct.pack(f"<{count}f", *(draw.uniform(-1, 1) for _ in range(count)))


def npy(name, descr, shape, payload):
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {tuple(shape)}, }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    with open(f"{folder}/{name}", "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)))
        file.write(header.encode() + payload)


def safetensors(name, tensors):
    header, payload = {}, b""
    for key, (shape, values) in tensors.items():
        header[key] = {
            "dtype": "F32",
            "shape": shape,
            "data_offsets": [len(payload), len(payload) + len(values)],
        }
        payload += values
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(f"{folder}/{name}", "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + payload)


def many(count, seed):
    """A few thousand drawn numbers, taken at different places: drawing millions takes long."""
    draw = random.Random(seed)
    block = array.array("f", (draw.uniform(-1, 1) for _ in range(65_521)))
    out = array.array("f")
    while len(out) < count:
        out.extend(block[draw.randrange(65_521) :])
    return out[:count].tobytes()


def images(name, count, seed):
    draw = random.Random(seed)
    pixels = bytes(
        draw.randrange(100) + (120 if position % 3 == image % 3 else 0)
        for image in range(count)
        for position in range(12 * 10 * 3)
    )
    npy(f"data/{name}-images.npy", "|u1", (count, 12, 10, 3), pixels)
    labels = struct.pack(f"<{count}q", *(image % 3 for image in range(count)))
    npy(f"data/{name}-labels.npy", "<i8", (count,), labels)


if len(sys.argv) > 2:
    rows, dimension = int(sys.argv[3]), int(sys.argv[4])
    safetensors(
        f"{sys.argv[2]}.safetensors",
        {
            name: ([rows, dimension], many(rows * dimension, seed))
            for seed, name in enumerate(["queries", "keys"], 1)
        },
    )
    npy(f"{sys.argv[2]}.npy", "<f4", (rows, dimension), many(rows * dimension, 3))
    sys.exit()
npy("rows.npy", "<f4", (1500, 16), floats(1500 * 16, 1))
npy("other.npy", "<f4", (1500, 16), floats(1500 * 16, 2))
npy("few.npy", "<f4", (2, 16), floats(2 * 16, 3))
safetensors(
    "pair.safetensors",
    {
        "queries": ([900, 24], floats(900 * 24, 4)),
        "keys": ([900, 24], floats(900 * 24, 5)),
        "bank": ([2000, 24], floats(2000 * 24, 6)),
    },
)
safetensors(
    "batch.safetensors",
    {
        "queries": ([1100, 24], floats(1100 * 24, 7)),
        "keys": ([1100, 24], floats(1100 * 24, 8)),
    },
)
safetensors(
    "one.safetensors",
    {"queries": ([2, 24], floats(48, 9)), "keys": ([2, 24], floats(48, 10))},
)
images("train", 192, 11)
images("test", 30, 12)
