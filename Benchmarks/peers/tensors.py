"""Safetensors files: a JSON header of names, types, shapes and places, then the numbers."""

import json
import math

import numpy as np

TYPES = {"F32": np.float32, "F64": np.float64, "I64": np.int64, "I32": np.int32, "U8": np.uint8}


def read(path):
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
        start = file.tell()
        tensors = {}
        for name, entry in header.items():
            if name == "__metadata__":
                continue
            first, _ = entry["data_offsets"]
            file.seek(start + first)
            count = math.prod(entry["shape"])
            values = np.fromfile(file, dtype=TYPES[entry["dtype"]], count=count)
            tensors[name] = values.reshape(entry["shape"])
    return tensors


def write(path, tensors):
    names = {np.dtype(numpy_type): name for name, numpy_type in TYPES.items()}
    header, chunks, place = {}, [], 0
    for name, values in tensors.items():
        values = np.ascontiguousarray(values)
        end = place + values.nbytes
        header[name] = {
            "dtype": names[values.dtype],
            "shape": list(values.shape),
            "data_offsets": [place, end],
        }
        chunks.append(values.tobytes())
        place = end
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for chunk in chunks:
            file.write(chunk)
