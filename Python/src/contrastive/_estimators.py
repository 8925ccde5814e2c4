"""scikit-learn's interface to k-means and neighbors."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._errors import ContrastiveError
from ._neighbors import knn
from ._prototypes import assign, kmeans
from ._sklearn import Clusterer, Estimator, check_fitted, validated
from ._tensors import Array

def _seed(random_state: Any) -> int:
    """A seed of what scikit-learn takes for one."""
    if random_state is None:
        return int(np.random.randint(np.iinfo(np.int32).max))
    if isinstance(random_state, (int, np.integer)):
        return int(random_state)
    return int(random_state.randint(np.iinfo(np.int32).max))


class KMeans(Clusterer):
    """Exact k-means: Σ_i ‖x_i − c_a(i)‖² by Lloyd's iteration, until nothing changes any more.

    Most distances are ruled out by bounds; the result is that of computing all. Same bits for any
    number of threads.

    Args:
        n_clusters: at most the number of distinct rows.
        init: "k-means++", "random", or centers [n_clusters, features].
        n_init: runs from different seeds, of which the best is kept; "auto" is 1 for k-means++ and
            given centers, 10 for random.
        max_iter: most iterations.
        random_state: an int, a numpy RandomState, or None.
        n_threads: all processors without; no effect on the result.

    Attributes:
        cluster_centers_: [n_clusters, features].
        labels_: int32 [rows], of the nearest center, the lowest on a tie.
        inertia_: the sum of the squared distances.
        n_iter_: iterations done.
    """

    cluster_centers_: Array
    labels_: Array
    inertia_: float
    n_iter_: int
    _spherical = False

    @property
    def _n_features_out(self) -> int:
        return int(self.cluster_centers_.shape[0])

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        init: Any = "k-means++",
        n_init: Any = "auto",
        max_iter: int = 300,
        random_state: Any = None,
        n_threads: int | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.init = init
        self.n_init = n_init
        self.max_iter = max_iter
        self.random_state = random_state
        self.n_threads = n_threads

    def fit(self, X: Any, y: Any = None) -> KMeans:
        """Clusters the rows of X [rows, features]; y is ignored."""
        data = validated(self, X, reset=True)
        seed = _seed(self.random_state)
        best = None
        directed = self._directed(data)
        rows = data if directed.all() else np.ascontiguousarray(data[directed])
        if rows.shape[0] < self.n_clusters:
            raise ValueError(
                f"n_samples={rows.shape[0]} should be >= n_clusters={self.n_clusters}."
            )
        for initial, restarts, run_seed in self._starts(rows, seed):
            found = kmeans(
                rows, self.n_clusters, spherical=self._spherical, initial=initial,
                iterations=self.max_iter, restarts=restarts, seed=run_seed, threads=self.n_threads,
            )
            if best is None or found.objective < best.objective:
                best = found
        assert best is not None
        self.cluster_centers_ = best.centroids.astype(data.dtype)
        self.labels_ = np.zeros(data.shape[0], np.int32)
        self.labels_[directed] = best.assignments
        # A row without direction is at distance 1 of every unit center.
        self.inertia_ = best.objective + float((~directed).sum())
        self.n_iter_ = best.iterations
        return self

    def _starts(self, data: Array, seed: int) -> list[tuple[Any, int, int]]:
        """Given centers, restarts and seed of each run."""
        if isinstance(self.init, str) and self.init == "k-means++":
            return [(None, 1 if self.n_init == "auto" else self.n_init, seed)]
        if isinstance(self.init, str) and self.init == "random":
            draws = np.random.RandomState(seed % (1 << 32))
            runs = 10 if self.n_init == "auto" else self.n_init
            places = [draws.permutation(data.shape[0])[: self.n_clusters] for _ in range(runs)]
            return [(np.ascontiguousarray(data[place]), 1, seed) for place in places]
        if isinstance(self.init, str):
            raise ContrastiveError(
                f"init: found {self.init!r}, expected k-means++, random or centers", "init"
            )
        return [(np.asarray(self.init, data.dtype), 1, seed)]

    def predict(self, X: Any) -> Array:
        """The nearest center of each row of X, int32 [rows]."""
        check_fitted(self, "cluster_centers_")
        data = validated(self, X, reset=False)
        return self._assigned(data)[0]

    def _directed(self, data: Array) -> Array:
        """Which rows have a direction, where that is needed."""
        if not self._spherical:
            return np.ones(data.shape[0], bool)
        found: Array = (data != 0).any(axis=1)
        return found

    def _assigned(self, data: Array) -> tuple[Array, Array]:
        """Labels and squared distances."""
        directed = self._directed(data)
        labels, distances = np.zeros(data.shape[0], np.int32), np.ones(data.shape[0])
        if directed.any():
            labels[directed], distances[directed] = assign(
                data[directed] if not directed.all() else data, self.cluster_centers_,
                spherical=self._spherical, threads=self.n_threads,
            )
        return labels, distances

    def transform(self, X: Any) -> Array:
        """The distance of each row of X to each center, [rows, n_clusters]."""
        check_fitted(self, "cluster_centers_")
        data = validated(self, X, reset=False)
        squares = self._squared_distances(data.astype(np.float64))
        return np.sqrt(squares).astype(data.dtype, copy=False)

    def _squared_distances(self, points: Array) -> Array:
        centers = self.cluster_centers_.astype(np.float64)
        if self._spherical:
            norms = np.linalg.norm(points, axis=1, keepdims=True)
            points = points / np.where(norms == 0, 1, norms)
        result = np.empty((points.shape[0], centers.shape[0]))
        for place, center in enumerate(centers):
            difference = points - center
            result[:, place] = np.einsum("ij,ij->i", difference, difference)
        return result

    def score(self, X: Any, y: Any = None) -> float:
        """−Σ of the squared distances of the rows of X to their nearest centers."""
        check_fitted(self, "cluster_centers_")
        data = validated(self, X, reset=False)
        return -float(self._assigned(data)[1].sum())


class SphericalKMeans(KMeans):
    """k-means of directions: rows and centers of unit length, the largest cosine is nearest.

    `inertia_` is Σ ‖x_i/‖x_i‖ − c_a(i)‖², and `transform` gives these distances. A row of zeros has
    no direction: it moves no center, and its label is 0. Everything else as `KMeans`.
    """

    _spherical = True


class NearestNeighbors(Estimator):
    """Exact nearest neighbors by cosine or inner product.

    Args:
        n_neighbors: of each query.
        metric: "cosine" (distance 1 − cosine) or "inner" (distance −inner product).
        n_threads: all processors without; no effect on the result.
    """

    _fit_X: Array

    def __init__(
        self, n_neighbors: int = 5, *, metric: str = "cosine", n_threads: int | None = None
    ) -> None:
        self.n_neighbors = n_neighbors
        self.metric = metric
        self.n_threads = n_threads

    def fit(self, X: Any, y: Any = None) -> NearestNeighbors:
        """Takes the rows that are searched, [rows, features]."""
        if self.metric not in ("cosine", "inner"):
            raise ContrastiveError(
                f"metric: found {self.metric!r}, expected cosine or inner", "metric"
            )
        self._fit_X = validated(self, X, reset=True)
        self.n_samples_fit_ = self._fit_X.shape[0]
        return self

    def kneighbors(
        self, X: Any = None, n_neighbors: int | None = None, return_distance: bool = True
    ) -> Any:
        """Distances and places of the nearest rows, nearest first; of each fitted row's others
        where X is None."""
        check_fitted(self, "_fit_X")
        k = self.n_neighbors if n_neighbors is None else n_neighbors
        is_cosine = self.metric == "cosine"
        if X is None:
            from ._neighbors import knn_graph

            found, places = knn_graph(
                self._fit_X, k, normalize=is_cosine, threads=self.n_threads
            )
        else:
            data = validated(self, X, reset=False)
            found, places = knn(
                data, self._fit_X, k, normalize=is_cosine, threads=self.n_threads
            )
        if not return_distance:
            return places
        return (1 - found if is_cosine else -found), places
