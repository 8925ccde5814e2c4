"""scikit-learn's own checks of estimators."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import contrastive as ct


@parametrize_with_checks([ct.KMeans(), ct.SphericalKMeans(), ct.NearestNeighbors()])
def test_checks(estimator, check) -> None:
    check(estimator)


def test_pipeline() -> None:
    x = np.random.default_rng(0).standard_normal((100, 5))
    model = make_pipeline(StandardScaler(), ct.KMeans(n_clusters=3, random_state=1)).fit(x)
    assert model.transform(x).shape == (100, 3)
    assert model[-1].get_feature_names_out().tolist() == ["kmeans0", "kmeans1", "kmeans2"]


def test_inertia_as_sklearn() -> None:
    from sklearn.cluster import KMeans

    x = np.random.default_rng(0).standard_normal((400, 6)).astype(np.float32)
    start = x[:5]
    theirs = KMeans(5, init=start, n_init=1, tol=0, max_iter=500).fit(x)
    ours = ct.KMeans(5, init=start, max_iter=500).fit(x)
    assert ours.inertia_ == pytest.approx(theirs.inertia_, rel=1e-5)
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
