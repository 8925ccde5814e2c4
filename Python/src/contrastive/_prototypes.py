"""K-means and Sinkhorn without scikit-learn."""

from __future__ import annotations

import ctypes
from typing import Any, NamedTuple

import numpy as np

from ._library import KMeansInfo, KMeansOptions, library
from ._neighbors import _at
from ._tensors import Array, Call, Progress, keeps_zeros, number, rows, whole


class Clustering(NamedTuple):
    """What `kmeans` finds."""

    centroids: Array
    assignments: Array
    concentrations: Array
    objective: float
    iterations: int
    is_converged: bool


def kmeans(
    points: Any,
    clusters: int,
    *,
    spherical: bool = False,
    initial: Any = None,
    iterations: int = 20,
    restarts: int = 1,
    seed: int = 0,
    zero_rows: str = "refuse",
    threads: int | None = None,
    progress: Progress | None = None,
) -> Clustering:
    """Exact k-means (Lloyd's iteration) of points [N, D].

    Minimizes Σ_i ‖x_i − c_a(i)‖² from k-means++ seeds; with `spherical` of unit points and unit
    centroids, where points of zeros are refused, or with `zero_rows="keep"` move no centroid.
    Concentrations are those of Li et al. 2021, of mean 0.2.

    Returns:
        centroids float32 [clusters, D], assignments int64 [N], concentrations float32 [clusters],
        the objective, the iterations done, and whether the last one changed nothing.
    """
    data = rows(points, "points")
    start = None if initial is None else rows(initial, "initial")
    clusters = whole(clusters, "clusters")
    centroids = np.empty((max(0, clusters), data.shape[1]), np.float32)
    assignments = np.empty(data.shape[0], np.int64)
    concentrations = np.empty(max(0, clusters), np.float32)
    options = KMeansOptions(
        clusters, whole(iterations, "iterations"), whole(restarts, "restarts"),
        whole(seed, "seed", 0, 2**64 - 1), int(spherical),
        int(keeps_zeros(zero_rows, "spherical", spherical)),
    )
    info, call = KMeansInfo(), Call(threads, progress)
    call.run(
        library.kmeans,
        _at(data, "points"), None if start is None else _at(start, "initial"),
        ctypes.byref(options), _at(centroids, "centroids"), _at(assignments, "assignments"),
        _at(concentrations, "concentrations"), call.control, ctypes.byref(info),
    )
    return Clustering(
        centroids, assignments, concentrations, info.objective, info.iterations,
        bool(info.converged),
    )


def assign(
    points: Any, centroids: Any, *, spherical: bool = False, threads: int | None = None
) -> tuple[Array, Array]:
    """The nearest centroid of each point: int64 [N], and the squared distance, float64 [N]."""
    data, means = rows(points, "points"), rows(centroids, "centroids")
    labels, distances = np.empty(data.shape[0], np.int64), np.empty(data.shape[0], np.float64)
    call = Call(threads, None)
    call.run(
        library.assign,
        _at(data, "points"), _at(means, "centroids"), int(spherical), _at(labels, "assignments"),
        _at(distances, "squared_distances"), call.control,
    )
    return labels, distances


def sinkhorn(
    scores: Any, *, epsilon: float = 0.05, iterations: int = 3, threads: int | None = None
) -> Array:
    """Sinkhorn–Knopp codes of scores [rows, prototypes], in the log domain.

    Float32; rows sum to 1 after an iteration.

    exp(scores / epsilon), alternately divided by the sums of prototypes and of rows (Caron et al.
    2020).
    """
    data = rows(scores, "scores")
    codes, call = np.empty(data.shape, np.float32), Call(threads, None)
    call.run(
        library.sinkhorn,
        _at(data, "scores"), number(epsilon, "epsilon"), whole(iterations, "iterations"),
        _at(codes, "codes"), call.control
    )
    return codes
