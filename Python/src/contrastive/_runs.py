"""Trained runs as transformers of scikit-learn."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from ._adapt import Adapter
from ._errors import ContrastiveError
from ._sklearn import Transformer, check_fitted, validated
from ._tensors import Array


class RunTransformer(Transformer):
    """Rows through what a run has trained; fitting learns nothing of them.

    Of a run of `contrastive train` a row is an image of numbers in 0 … 1, flattened as [channels,
    height, width], and comes out as its features, as `contrastive embed` gives them (to 1e-5 of
    their size); this needs PyTorch. Of a run of `contrastive adapt` a row is an embedding and comes
    out adapted, of unit length, with the bytes of `contrastive embed`.

    Args:
        run: the run's folder, its `encoder.safetensors` or `adapter.safetensors`, or an `Adapter`.
        side: of an adapter, "queries" or "documents".
        image_shape: of an encoder, what a row is: (channels, height, width), one of which may be
            −1 for what the row's length gives; the shape that it was trained on without.
        batch_size: images at a time.
    """

    model_: Any

    def __init__(
        self,
        run: str | os.PathLike[str] | Adapter | None = None,
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
        self.model_ = self._model(self.run)
        self.model_.require(data.shape[1])
        self._n_features_out = int(self.model_(data[:1]).shape[1])
        return self

    def _model(self, run: str | os.PathLike[str] | Adapter) -> Any:
        if isinstance(run, Adapter):
            return Adapted(run, self.side)
        path = Path(run)
        adapter = path / "adapter.safetensors" if path.is_dir() else path
        if adapter.name.startswith("adapter") and adapter.exists():
            return Adapted(Adapter.load(adapter), self.side)
        return Images(path, self.image_shape, self.batch_size)

    def transform(self, X: Any) -> Array:
        """What comes out, float32 [rows, features]."""
        check_fitted(self, "model_")
        found: Array = self.model_(validated(self, X, reset=False))
        return found

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags


class Adapted:
    """Rows through the head of a side."""

    def __init__(self, adapter: Adapter, side: str) -> None:
        self.adapter, self.side = adapter, side

    def require(self, features: int) -> None:
        """Refuses rows of another length than it was trained on."""
        if features != self.adapter.dimension:
            raise ContrastiveError(
                f"X: found {features} features, expected {self.adapter.dimension}, as the run was "
                "trained on",
                "X",
            )

    def __call__(self, data: Array) -> Array:
        return self.adapter.transform(data, self.side)


class Images:
    """A trained encoder of images, given as rows."""

    def __init__(
        self, path: Path, shape: tuple[int, int, int] | None, batch_size: int
    ) -> None:
        from .torch import load_encoder

        self.encoder = load_encoder(path)
        self.shape = self.encoder.image_shape if shape is None else tuple(shape)
        self.batch_size = max(1, batch_size)

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
        batches = torch.split(images.reshape(len(data), *self.shape), self.batch_size)
        with torch.inference_mode():
            found: Array = torch.cat([self.encoder(batch) for batch in batches]).numpy()
        return found
