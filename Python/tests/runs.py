"""Runs as the command leaves them, without the command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np


def write(path: Path, tensors: dict[str, np.ndarray], metadata: dict[str, Any]) -> None:
    """A safetensors file of float32 tensors; metadata is JSON in text."""
    header: dict[str, Any] = {"__metadata__": {n: json.dumps(v) for n, v in metadata.items()}}
    data = b""
    for name, tensor in tensors.items():
        content = np.ascontiguousarray(tensor, "<f4").tobytes()
        header[name] = {
            "dtype": "F32", "shape": list(tensor.shape),
            "data_offsets": [len(data), len(data) + len(content)],
        }
        data += content
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)


def adapter(folder: Path, head: str, sides: str, dimension: int, hidden: int = 5) -> dict[str, Any]:
    """An adapter's run; returns its tensors."""
    rng = np.random.default_rng(3)
    layers = {"delta": (dimension, dimension)} if head == "linear" else {
        "expand": (dimension, hidden), "bias": (hidden,), "contract": (hidden, dimension)
    }
    tensors = {
        f"{side}.{name}": rng.standard_normal(shape).astype(np.float32)
        for side in (("queries", "documents") if sides == "both" else ("queries",))
        for name, shape in layers.items()
    }
    description = {
        "format": 1, "head": head, "sides": sides, "dimension": dimension,
        "hidden": hidden if head == "mlp" else 0,
    }
    write(folder / "adapter.safetensors", tensors, {"adapter": description})
    return tensors
