"""Reads the golden cases: https://github.com/huggingface/safetensors, format."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

GOLDEN = Path(__file__).parents[2] / "Tests" / "ObjectiveTests" / "Golden"
_DTYPES = {"F32": "<f4", "F64": "<f8", "I64": "<i8", "U8": "u1"}


def read(path: Path) -> tuple[dict[str, Any], dict[str, str]]:
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    body = data[8 + length :]
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        dtype = _DTYPES[entry["dtype"]]
        tensors[name] = np.frombuffer(body[start:end], dtype).reshape(entry["shape"])
    return tensors, metadata


def arguments(text: str) -> dict[str, Any]:
    """`--a 1 --b` as {"a": 1, "b": True}, by the names that Python has."""
    found: dict[str, Any] = {}
    name = ""
    for word in text.split():
        if word.startswith("--"):
            name = word[2:].replace("-", "_")
            name = {"lambda": "lambda_"}.get(name, name)
            found[name] = True
        else:
            try:
                found[name] = int(word) if word.lstrip("-").isdigit() else float(word)
            except ValueError:
                found[name] = word
    return found


def case(path: Path) -> tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Method, tensors with lists for numbers, options, and what is expected."""
    tensors, metadata = read(path)
    inputs: dict[str, Any] = {}
    expected: dict[str, Any] = {}
    for name in sorted(tensors):
        if name.startswith("expected."):
            expected[name.removeprefix("expected.").removeprefix("gradient.")] = tensors[name]
            continue
        base, _, place = name.replace("-", "_").partition(".")
        if place:
            inputs.setdefault(base, {})[int(place)] = tensors[name]
        else:
            inputs[base] = tensors[name]
    inputs = {
        name: [value.get(n) for n in range(max(value) + 1)] if isinstance(value, dict) else value
        for name, value in inputs.items()
    }
    return metadata["method"], inputs, arguments(metadata["arguments"]), expected


def cases() -> list[Path]:
    return sorted(GOLDEN.glob("*.safetensors"))


def worst(found: Any, expected: Any) -> float:
    """The largest difference, relative to the largest expected value."""
    expected = np.asarray(expected, np.float64)
    return float(np.abs(np.asarray(found) - expected).max() / max(np.abs(expected).max(), 1e-300))
