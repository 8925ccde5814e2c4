"""scikit-learn's own checks of estimators."""

from __future__ import annotations

import tempfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import contrastive as ct


def encoder() -> ct.RunTransformer:
    """A trained encoder of gray images, here of one line and as many columns as there are."""
    from test_encoder import described, randomized, write_encoder

    from contrastive.torch._encoder import _small

    description = described(channels=1, mean=[0.4], deviation=[0.2])
    path = Path(tempfile.mkdtemp()) / "encoder.safetensors"
    write_encoder(path, randomized(_small(description)), description)
    return ct.RunTransformer(path, image_shape=(1, 1, -1))


ESTIMATORS = [ct.KMeans(), ct.SphericalKMeans(), ct.NearestNeighbors()]
if find_spec("torch") is not None:
    ESTIMATORS.append(encoder())


@parametrize_with_checks(ESTIMATORS)
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
