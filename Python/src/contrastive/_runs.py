"""Trained runs as transformers of scikit-learn."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from ._errors import ContrastiveError
from ._safetensors import read
from ._sklearn import Transformer, check_fitted, validated
from ._tensors import Array


class RunTransformer(Transformer):
    """Rows through what a run has trained; fitting learns nothing of them.

    Of a run of `contrastive train` a row is an image of numbers in 0 … 1, flattened as [channels,
    height, width], and comes out as its features, as `contrastive embed` gives them (to 1e-5 of
    their size); this needs PyTorch. Of a run of `contrastive adapt` a row is an embedding and comes
    out adapted, of unit length.

    Args:
        run: the run's folder, or its `encoder.safetensors` or `adapter.safetensors`.
        side: of an adapter, "queries" or "documents".
        image_shape: of an encoder, what a row is: (channels, height, width), one of which may be
            −1 for what the row's length gives; the shape that it was trained on without.
        batch_size: images at a time.
    """

    model_: Any

    def __init__(
        self,
        run: str | os.PathLike[str] | None = None,
        *,
        side: str = "queries",
        image_shape: tuple[int, int, int] | None = None,
        batch_size: int = 256,
    ) -> None:
        self.run = run
        self.side = side
        self.image_shape = image_shape
        self.batch_size = batch_size

    def fit(self, X: Any, y: Any = None) -> RunTransformer:
        """Reads the run and checks that rows of X fit it."""
        if self.run is None:
            raise ContrastiveError("run: found None, expected the folder of a run", "run")
        data = validated(self, X, reset=True)
        path = Path(self.run)
        adapter = path / "adapter.safetensors" if path.is_dir() else path
        is_adapter = adapter.name.startswith("adapter") and adapter.exists()
        self.model_ = (
            Adapter(adapter, self.side) if is_adapter else Images(path, self.image_shape)
        )
        self.model_.require(data.shape[1])
        self._n_features_out = int(self.model_(data[:1]).shape[1])
        return self

    def transform(self, X: Any) -> Array:
        """What comes out, [rows, features], of the type of X."""
        check_fitted(self, "model_")
        data = validated(self, X, reset=False)
        step = max(1, self.batch_size)
        found = [self.model_(data[start : start + step]) for start in range(0, len(data), step)]
        return np.concatenate(found).astype(data.dtype, copy=False)


class Adapter:
    """A trained head of `contrastive adapt`: y = x + x · Δ, or x + max(0, x · W + b) · V."""

    def __init__(self, path: Path, side: str) -> None:
        if side not in ("queries", "documents"):
            raise ContrastiveError(f"side: found {side!r}, expected queries or documents", "side")
        tensors, metadata = read(path)
        if "adapter" not in metadata:
            raise ContrastiveError(f'run: {path} has no metadata "adapter"', "run")
        description: dict[str, Any] = json.loads(metadata["adapter"])
        self.dimension = int(description["dimension"])
        head = {"queries": "queries", "shared": "queries", "both": side}[description["sides"]]
        is_identity = side == "documents" and description["sides"] == "queries"
        prefix = f"{head}."
        self.layers = {} if is_identity else {
            name[len(prefix) :]: tensor.astype(np.float64)
            for name, tensor in tensors.items()
            if name.startswith(prefix)
        }

    def require(self, features: int) -> None:
        """Refuses rows of another length than it was trained on."""
        if features != self.dimension:
            raise ContrastiveError(
                f"X: found {features} features, expected {self.dimension}, as the run was trained "
                "on",
                "X",
            )

    def __call__(self, data: Array) -> Array:
        x = unit(data.astype(np.float64))
        if "delta" in self.layers:
            return unit(x + x @ self.layers["delta"])
        if "expand" in self.layers:
            hidden = np.maximum(0, x @ self.layers["expand"] + self.layers["bias"])
            return unit(x + hidden @ self.layers["contract"])
        return x


class Images:
    """A trained encoder of images, given as rows."""

    def __init__(self, path: Path, shape: tuple[int, int, int] | None) -> None:
        from .torch import load_encoder

        self.encoder = load_encoder(path)
        self.shape = self.encoder.image_shape if shape is None else tuple(shape)

    def require(self, features: int) -> None:
        """Refuses rows that are no images of its shape."""
        known = abs(int(np.prod(self.shape)))
        fits = features % known == 0 if -1 in self.shape else features == known
        if len(self.shape) != 3 or known == 0 or not fits:
            raise ContrastiveError(
                f"X: found {features} features, expected images {list(self.shape)} "
                "(see image_shape)",
                "X",
            )

    def __call__(self, data: Array) -> Array:
        import torch

        images = torch.from_numpy(np.ascontiguousarray(data, np.float32))
        with torch.inference_mode():
            found: Array = self.encoder(images.reshape(len(data), *self.shape)).numpy()
        return found


def unit(rows: Array) -> Array:
    """Rows divided by their norms; one of zeros has none."""
    largest = np.abs(rows).max(axis=1, keepdims=True)
    if not largest.all():
        raise ContrastiveError(f"X: found norm 0 at row {int((largest == 0).argmax())}", "X")
    rows = rows / largest
    found: Array = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return found
