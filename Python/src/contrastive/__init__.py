"""Contrastive learning on CPUs: losses with exact gradients, banks, k-means, exact neighbors.

>>> import contrastive as ct
>>> r = ct.loss("infonce", queries=q, keys=k, bank=b, temperature=0.07, gradients=["queries"])
>>> r.value, r.gradients["queries"]

`contrastive.torch` has every objective as an `nn.Module`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._banks import QueueBank
from ._errors import Canceled, ContrastiveError
from ._library import library as _library
from ._loss import Loss, loss
from ._measures import Audit, audit, evaluate
from ._neighbors import knn, knn_graph
from ._prototypes import Clustering, assign, kmeans, sinkhorn

if TYPE_CHECKING:
    from . import torch
    from ._estimators import KMeans, NearestNeighbors, SphericalKMeans

__version__: str = _library.version().decode()

__all__ = [
    "Audit", "Canceled", "Clustering", "ContrastiveError", "KMeans", "Loss", "NearestNeighbors",
    "QueueBank", "SphericalKMeans", "assign", "audit", "evaluate", "kmeans", "knn", "knn_graph",
    "loss", "sinkhorn", "torch",
]


def __getattr__(name: str) -> Any:
    # Neither PyTorch nor scikit-learn is imported before it is asked for.
    import importlib

    if name in ("KMeans", "SphericalKMeans", "NearestNeighbors"):
        return getattr(importlib.import_module("contrastive._estimators"), name)
    if name == "torch":
        return importlib.import_module("contrastive.torch")
    raise AttributeError(f"module 'contrastive' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), "KMeans", "SphericalKMeans", "NearestNeighbors", "torch"])
