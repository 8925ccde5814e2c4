"""Small files under the names that the documentation's commands use. Needs nothing but Python."""

import gzip
import json
import math
import os
import random
import struct
import zlib


def npy(path, rows, columns, values, kind="<f4"):
    shape = f"({rows},)" if columns is None else f"({rows}, {columns})"
    header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    code = {"<f4": "f", "<i8": "q"}[kind]
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
        file.write(struct.pack(f"<{len(values)}{code}", *values))


def safetensors(path, tensors):
    """tensors: name -> (type, shape, values)."""
    header, body = {}, b""
    for name, (kind, shape, values) in tensors.items():
        data = struct.pack(f"<{len(values)}{ {'F32': 'f', 'I64': 'q'}[kind] }", *values)
        header[name] = {
            "dtype": kind,
            "shape": shape,
            "data_offsets": [len(body), len(body) + len(data)],
        }
        body += data
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + body)


def png(path, size, pixel):
    rows = b"".join(
        b"\x00" + b"".join(bytes(pixel(x, y)) for x in range(size)) for y in range(size)
    )

    def chunk(name, data):
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    with open(path, "wb") as file:
        file.write(
            b"\x89PNG\r\n\x1a\n"
            + chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows))
            + chunk(b"IEND", b"")
        )


def unit_rows(rows, dimension, clusters, seed, noise=0.4):
    """Unit rows around some centers, row i around center i mod clusters."""
    centers = random.Random(1)
    means = [[centers.gauss(0, 1) for _ in range(dimension)] for _ in range(clusters)]
    draw, values = random.Random(seed), []
    for row in range(rows):
        x = [m + noise * draw.gauss(0, 1) for m in means[row % clusters]]
        length = math.sqrt(sum(v * v for v in x))
        values += [v / length for v in x]
    return values


def write(folder):
    """All fixtures, in a folder."""
    os.makedirs(folder, exist_ok=True)
    here = lambda name: os.path.join(folder, name)
    rows, dimension = 320, 32
    for seed, names in enumerate(
        [
            ("x", "train", "features"),
            ("q", "questions", "queries"),
            ("d", "answers", "documents", "bank"),
            ("adapted", "test"),
        ]
    ):
        for name in names:
            npy(here(name + ".npy"), rows, dimension, unit_rows(rows, dimension, 40, seed))
    labels = [row % 40 for row in range(rows)]
    npy(here("labels.npy"), rows, None, labels, "<i8")
    npy(here("scores.npy"), 64, 8, unit_rows(64, 8, 8, 9))
    npy(here("pairs.npy"), 8, 2, [i for row in range(8) for i in (row, row)], "<i8")
    with open(here("faq.csv"), "w") as file:
        file.write("question,answer\n")
        file.writelines(f'question {row}?,"Answer {row}, in words."\n' for row in range(rows))

    def rows_of(count, seed):
        return ("F32", [count, dimension], unit_rows(count, dimension, count, seed))

    safetensors(here("two-views.safetensors"), {"view1": rows_of(32, 5), "view2": rows_of(32, 6)})
    safetensors(
        here("batch.safetensors"),
        {"queries": rows_of(32, 5), "keys": rows_of(32, 6), "bank": rows_of(128, 7)},
    )
    safetensors(here("pairs.safetensors"), {"queries": rows_of(32, 5), "keys": rows_of(32, 6)})
    safetensors(
        here("labeled.safetensors"),
        {"embeddings": rows_of(32, 5), "labels": ("I64", [32], [row % 8 for row in range(32)])},
    )

    for number in range(48):
        kind = ("circle", "square", "stripes")[number % 3]
        color = [(60 + 37 * number) % 200, (90 + 61 * number) % 200, (20 + 83 * number) % 200]

        def pixel(x, y, kind=kind, color=color, n=number):
            inside = {
                "circle": (x - 10 - n % 5) ** 2 + (y - 11) ** 2 < 60,
                "square": abs(x - 12) < 7 and abs(y - 10 - n % 4) < 6,
                "stripes": (x + y + n) % 8 < 4,
            }[kind]
            return color if inside else (245, 245, 240)

        os.makedirs(here(f"Pictures/{kind}"), exist_ok=True)
        png(here(f"Pictures/{kind}/{number:02}.png"), 24, pixel)
        if number == 0:
            png(here("cat.jpg"), 24, pixel)  # what a file is, its first bytes say

    os.makedirs(here("digits"), exist_ok=True)
    for name, count in (("train", 300), ("t10k", 60)):
        draw = random.Random(count)
        kinds = [row % 10 for row in range(count)]
        pixels = bytes(
            min(
                255,
                max(
                    0,
                    int(
                        (220 if (x * (kind + 1) + y * (kind % 4)) % 13 < 6 else 30)
                        + draw.gauss(0, 20)
                    ),
                ),
            )
            for kind in kinds
            for y in range(28)
            for x in range(28)
        )
        with gzip.open(here(f"digits/{name}-images-idx3-ubyte.gz"), "wb", 1) as file:
            file.write(struct.pack(">IIII", 2051, count, 28, 28) + pixels)
        with gzip.open(here(f"digits/{name}-labels-idx1-ubyte.gz"), "wb", 1) as file:
            file.write(struct.pack(">II", 2049, count) + bytes(kinds))


def golden(folder, method, path):
    """The inputs of a method's golden case, without what is expected of it."""
    with open(os.path.join(folder, method + "-default.safetensors"), "rb") as file:
        data = file.read()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + length])
    used, body = {}, b""
    for name, entry in header.items():
        if name != "__metadata__" and not name.startswith("expected."):
            start, end = entry["data_offsets"]
            piece = data[8 + length + start : 8 + length + end]
            used[name] = dict(entry, data_offsets=[len(body), len(body) + len(piece)])
            body += piece
    text = json.dumps(used).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + body)
