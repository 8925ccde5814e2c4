"""Exact neighbors."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

from ._errors import ContrastiveError
from ._library import library
from ._tensors import Array, Call, Progress, describe, keeps_zeros, rows, whole


def _tables(count: int, k: int) -> tuple[Array, Array]:
    if k < 1:
        raise ContrastiveError(f"k: found {k}, expected at least 1", "k")
    return np.empty((count, k), np.float32), np.empty((count, k), np.int64)


def knn(
    queries: Any,
    bank: Any,
    k: int,
    *,
    normalize: bool = False,
    zero_rows: str = "refuse",
    threads: int | None = None,
    progress: Progress | None = None,
) -> tuple[Array, Array]:
    """The k most similar bank rows of each query, exactly.

    Args:
        queries: [N, D].
        bank: [K, D], K at least k.
        k: neighbors of each query.
        normalize: cosine similarity instead of the inner product.
        zero_rows: whether normalizing refuses rows of zeros, or with "keep" leaves them zeros.
        threads: all processors without; no effect on the result.
        progress: called with (pass, share of it done); returning True ends the work.

    Returns:
        Similarities float32 [N, k], descending, and neighbors int64 [N, k]: bank rows, of equal
        similarities the lower first.
    """
    left, right = rows(queries, "queries"), rows(bank, "bank")
    k = whole(k, "k")
    if k > right.shape[0]:
        raise ContrastiveError(
            f"k: found {k}, expected at most the {right.shape[0]} rows of bank", "k"
        )
    similarities, neighbors = _tables(left.shape[0], k)
    call = Call(threads, progress)
    call.run(
        library.knn,
        _at(left, "queries"), _at(right, "bank"), k, _kind(normalize, zero_rows),
        _at(neighbors, "neighbors"), _at(similarities, "similarities"), call.control,
    )
    return similarities, neighbors


def knn_graph(
    embeddings: Any,
    k: int,
    *,
    normalize: bool = False,
    zero_rows: str = "refuse",
    threads: int | None = None,
    progress: Progress | None = None,
) -> tuple[Array, Array]:
    """The k most similar other rows of each row of a set, exactly; each pair is computed once.

    Args and returns as `knn`, of which this is queries = bank = embeddings [N, D] without each
    row's own place; k is below N.
    """
    points = rows(embeddings, "embeddings")
    k = whole(k, "k")
    if k >= points.shape[0]:
        raise ContrastiveError(f"k: found {k}, expected fewer than the {points.shape[0]} rows", "k")
    similarities, neighbors = _tables(points.shape[0], k)
    call = Call(threads, progress)
    call.run(
        library.knn_graph,
        _at(points, "embeddings"), k, _kind(normalize, zero_rows), _at(neighbors, "neighbors"),
        _at(similarities, "similarities"), call.control,
    )
    return similarities, neighbors


def _kind(normalize: bool, zero_rows: str) -> int:
    """Inner product, cosine, or cosine with rows of zeros, as the library counts them."""
    return int(bool(normalize)) + keeps_zeros(zero_rows, "normalize", normalize)


def _at(array: Array, name: str) -> Any:
    return ctypes.pointer(describe(array, name))
