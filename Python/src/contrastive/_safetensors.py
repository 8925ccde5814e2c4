"""Reads safetensors files: https://github.com/huggingface/safetensors, format."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np

from ._tensors import Array

_DTYPES = {"F32": "<f4", "F64": "<f8", "F16": "<f2", "I64": "<i8"}


def read(path: Path) -> tuple[dict[str, Array], dict[str, str]]:
    """The tensors of a file by name, and its metadata."""
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        length = int.from_bytes(file.read(8), "little")
        if length > size - 8:
            raise ValueError(f"{path}: is no safetensors file")
        header = json.loads(file.read(length))
        data = file.read()
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        array = np.frombuffer(data[start:end], _DTYPES[entry["dtype"]])
        tensors[name] = array.reshape(entry["shape"])
    return tensors, metadata
