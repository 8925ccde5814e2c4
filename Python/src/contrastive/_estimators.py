"""scikit-learn's interface; without scikit-learn the same classes on stand-ins of its base."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ._errors import ContrastiveError
from ._neighbors import knn
from ._prototypes import assign, kmeans
from ._tensors import Array, as_array

if TYPE_CHECKING:

    class _Estimator:
        n_features_in_: int

        def get_params(self, deep: bool = True) -> dict[str, Any]: ...
        def set_params(self, **params: Any) -> Any: ...

    class _Clusterer(_Estimator):
        def fit_predict(self, X: Any, y: Any = None) -> Array: ...
        def fit_transform(self, X: Any, y: Any = None) -> Array: ...

    def _validated(estimator: Any, X: Any, reset: bool) -> Array: ...
    def _check_fitted(estimator: Any, attribute: str) -> None: ...

else:
    try:
        from sklearn.base import (
            BaseEstimator,
            ClassNamePrefixFeaturesOutMixin,
            ClusterMixin,
            TransformerMixin,
        )
        from sklearn.utils.validation import check_is_fitted, validate_data

        class _Estimator(BaseEstimator):
            pass

        class _Clusterer(
            ClassNamePrefixFeaturesOutMixin, TransformerMixin, ClusterMixin, BaseEstimator
        ):
            @property
            def _n_features_out(self) -> int:
                return self.cluster_centers_.shape[0]

        def _validated(estimator: Any, X: Any, reset: bool) -> Array:
            return validate_data(
                estimator, X, dtype=[np.float64, np.float32], reset=reset, order="C"
            )

        def _check_fitted(estimator: Any, attribute: str) -> None:
            check_is_fitted(estimator, attribute)

    except ImportError:
        import inspect

        class _Estimator:
            @classmethod
            def _names(cls) -> list[str]:
                return [n for n in inspect.signature(cls.__init__).parameters if n != "self"]

            def get_params(self, deep: bool = True) -> dict[str, Any]:
                return {name: getattr(self, name) for name in self._names()}

            def set_params(self, **params: Any) -> Any:
                for name, value in params.items():
                    if name not in self._names():
                        raise ValueError(f"{type(self).__name__} has no parameter {name!r}")
                    setattr(self, name, value)
                return self

            def __repr__(self) -> str:
                given = ", ".join(f"{k}={v!r}" for k, v in self.get_params().items())
                return f"{type(self).__name__}({given})"

        class _Clusterer(_Estimator):
            def fit_predict(self, X: Any, y: Any = None) -> Array:
                return self.fit(X).labels_

            def fit_transform(self, X: Any, y: Any = None) -> Array:
                return self.fit(X).transform(X)

        def _validated(estimator: Any, X: Any, reset: bool) -> Array:
            array = as_array(X, "X")
            if array.ndim != 2:
                raise ValueError(f"X: found shape {list(array.shape)}, expected [rows, features]")
            if array.dtype not in (np.float32, np.float64):
                array = array.astype(np.float64)
            if reset:
                estimator.n_features_in_ = array.shape[1]
            elif array.shape[1] != estimator.n_features_in_:
                raise ValueError(
                    f"X has {array.shape[1]} features, but {type(estimator).__name__} is expecting "
                    f"{estimator.n_features_in_} features as input"
                )
            return array

        def _check_fitted(estimator: Any, attribute: str) -> None:
            if not hasattr(estimator, attribute):
                raise ValueError(f"This {type(estimator).__name__} is not fitted yet")


def _seed(random_state: Any) -> int:
    """A seed of what scikit-learn takes for one."""
    if random_state is None:
        return int(np.random.randint(np.iinfo(np.int32).max))
    if isinstance(random_state, (int, np.integer)):
        return int(random_state)
    return int(random_state.randint(np.iinfo(np.int32).max))


class KMeans(_Clusterer):
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
        data = _validated(self, X, reset=True)
        seed = _seed(self.random_state)
        best = None
        directed = self._directed(data)
        rows = data if directed.all() else np.ascontiguousarray(data[directed])
        if rows.shape[0] < self.n_clusters:
            raise ValueError(f"n_samples={rows.shape[0]} should be >= n_clusters={self.n_clusters}.")
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
        _check_fitted(self, "cluster_centers_")
        data = _validated(self, X, reset=False)
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
        _check_fitted(self, "cluster_centers_")
        data = _validated(self, X, reset=False)
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
        _check_fitted(self, "cluster_centers_")
        data = _validated(self, X, reset=False)
        return -float(self._assigned(data)[1].sum())


class SphericalKMeans(KMeans):
    """k-means of directions: rows and centers of unit length, the largest cosine is nearest.

    `inertia_` is Σ ‖x_i/‖x_i‖ − c_a(i)‖², and `transform` gives these distances. A row of zeros has
    no direction: it moves no center, and its label is 0. Everything else as `KMeans`.
    """

    _spherical = True


class NearestNeighbors(_Estimator):
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
        self._fit_X = _validated(self, X, reset=True)
        self.n_samples_fit_ = self._fit_X.shape[0]
        return self

    def kneighbors(
        self, X: Any = None, n_neighbors: int | None = None, return_distance: bool = True
    ) -> Any:
        """Distances and places of the nearest rows, nearest first; of each fitted row's others
        where X is None."""
        _check_fitted(self, "_fit_X")
        k = self.n_neighbors if n_neighbors is None else n_neighbors
        is_cosine = self.metric == "cosine"
        if X is None:
            from ._neighbors import knn_graph

            found, places = knn_graph(
                self._fit_X, k, normalize=is_cosine, threads=self.n_threads
            )
        else:
            data = _validated(self, X, reset=False)
            found, places = knn(
                data, self._fit_X, k, normalize=is_cosine, threads=self.n_threads
            )
        if not return_distance:
            return places
        return (1 - found if is_cosine else -found), places
