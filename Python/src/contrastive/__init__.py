"""Contrastive learning on CPUs: losses with exact gradients, banks, k-means, exact neighbors.

>>> import contrastive as ct
>>> r = ct.loss("infonce", queries=q, keys=k, bank=b, temperature=0.07, gradients=["queries"])
>>> r.value, r.gradients["queries"]

`contrastive.torch` has every objective as an `nn.Module`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._adapt import Adapter, adapt
from ._banks import QueueBank
from ._errors import Canceled, ContrastiveError
from ._library import library as _library
from ._loss import Loss, loss
from ._measures import Audit, audit, evaluate
from ._mining import (
    Duplicates,
    HardNegatives,
    Scores,
    SemanticDeduplication,
    duplicates,
    mine,
    score,
    semantic_deduplication,
)
from ._neighbors import knn, knn_graph
from ._processes import sharing
from ._prototypes import Clustering, assign, kmeans, sinkhorn

if TYPE_CHECKING:
    from . import jax, torch
    from ._estimators import KMeans, NearestNeighbors, SphericalKMeans
    from ._runs import RunTransformer

__version__: str = _library.version().decode()

__all__ = [
    "Adapter", "Audit", "Canceled", "Clustering", "ContrastiveError", "Duplicates",
    "HardNegatives", "KMeans", "Loss", "NearestNeighbors", "QueueBank", "RunTransformer", "Scores",
    "SemanticDeduplication", "SphericalKMeans", "adapt", "assign", "audit", "duplicates",
    "evaluate", "jax", "kmeans", "knn", "knn_graph", "loss", "mine", "score",
    "semantic_deduplication", "sharing", "sinkhorn", "torch",
]

#: What is not imported before it is asked for, and where it is: PyTorch, JAX and scikit-learn are
#: slow to import.
_LATER = {
    "KMeans": "_estimators",
    "NearestNeighbors": "_estimators",
    "RunTransformer": "_runs",
    "SphericalKMeans": "_estimators",
}


def __getattr__(name: str) -> Any:
    import importlib

    if name in _LATER:
        return getattr(importlib.import_module(f"contrastive.{_LATER[name]}"), name)
    if name in ("jax", "torch"):
        return importlib.import_module(f"contrastive.{name}")
    raise AttributeError(f"module 'contrastive' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_LATER, "jax", "torch"])
