"""Banks, neighbors, prototypes and measures through numpy."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from test_loss import unit

import contrastive as ct


def test_bank() -> None:
    bank = ct.QueueBank(capacity=5, dimension=4)
    assert len(bank) == 0 and bank.capacity == 5
    first, second = unit(3, 4, 1), unit(4, 4, 2)
    bank.enqueue(3 * first, ids=[7, 8, 9])
    bank.enqueue(second)
    assert len(bank) == 5
    np.testing.assert_allclose(bank.rows[3:], second[:2], rtol=1e-6)
    np.testing.assert_allclose(bank.rows[:2], second[2:], rtol=1e-6)
    assert bank.ids.tolist() == [-1, -1, 9, -1, -1]
    assert bank.ages.tolist() == [0, 0, 1, 0, 0]
    q = unit(6, 4, 3)
    with_bank = ct.loss("infonce", queries=q, keys=q, bank=bank, gradients=["queries", "bank"])
    with_rows = ct.loss("infonce", queries=q, keys=q, bank=bank.rows)
    assert with_bank.value == with_rows.value
    assert with_bank.gradients["bank"].shape == (5, 4)
    copy = pickle.loads(pickle.dumps(bank))
    np.testing.assert_array_equal(copy.rows, bank.rows)
    copy.enqueue(first)
    bank.enqueue(first)
    np.testing.assert_array_equal(copy.rows, bank.rows)
    np.testing.assert_array_equal(copy.ages, bank.ages)
    with pytest.raises(ct.ContrastiveError, match="capacity"):
        ct.QueueBank(0, 4)
    with pytest.raises(ct.ContrastiveError, match="norm 0"):
        bank.enqueue(np.zeros((1, 4)))


def test_knn() -> None:
    q, b = unit(20, 16, 1), unit(50, 16, 2) * 3
    similarities, neighbors = ct.knn(q, b, 4, normalize=True)
    exact = q.astype(np.float64) @ (b / np.linalg.norm(b, axis=1, keepdims=True)).T
    np.testing.assert_array_equal(neighbors, np.argsort(-exact, axis=1, kind="stable")[:, :4])
    np.testing.assert_allclose(similarities, np.take_along_axis(exact, neighbors, 1), atol=1e-6)
    _, graph = ct.knn_graph(b, 3)
    inner = b.astype(np.float64) @ b.T
    np.fill_diagonal(inner, -np.inf)
    np.testing.assert_array_equal(graph, np.argsort(-inner, axis=1, kind="stable")[:, :3])
    with pytest.raises(ct.ContrastiveError, match="k: found 51"):
        ct.knn(q, b, 51)
    with pytest.raises(ct.ContrastiveError, match="k"):
        ct.knn_graph(b, 50)
    with pytest.raises(ct.ContrastiveError, match="queries"):
        ct.knn(q[0], b, 3)


def test_kmeans() -> None:
    rng = np.random.default_rng(4)
    centers = rng.standard_normal((3, 8)) * 10
    x = (centers[rng.integers(0, 3, 300)] + rng.standard_normal((300, 8))).astype(np.float32)
    found = ct.kmeans(x, 3, restarts=3, iterations=50, seed=1)
    assert found.is_converged and found.concentrations.mean() == pytest.approx(0.2, rel=1e-5)
    squares = ((x[:, None].astype(np.float64) - found.centroids) ** 2).sum(-1)
    np.testing.assert_array_equal(found.assignments, squares.argmin(1))
    assert found.objective == pytest.approx(squares.min(1).sum(), rel=1e-6)
    labels, distances = ct.assign(x, found.centroids)
    np.testing.assert_array_equal(labels, found.assignments)
    np.testing.assert_allclose(distances, squares.min(1), rtol=1e-5)
    with pytest.raises(ct.ContrastiveError, match="clusters"):
        ct.kmeans(np.zeros((5, 2), np.float32), 3)
    for clusters in (0, -1):
        with pytest.raises(ct.ContrastiveError, match=f"clusters: found {clusters}, ") as caught:
            ct.kmeans(x, clusters)
        assert caught.value.argument == "clusters"


def test_estimators_without_or_with_sklearn() -> None:
    x = unit(200, 8, 5)
    model = ct.KMeans(n_clusters=4, random_state=0, n_init=3).fit(x)
    assert model.cluster_centers_.shape == (4, 8) and model.n_iter_ >= 1
    np.testing.assert_array_equal(model.predict(x), model.labels_)
    assert model.score(x) == pytest.approx(-model.inertia_, rel=1e-6)
    np.testing.assert_array_equal(model.transform(x).argmin(1), model.labels_)
    spherical = ct.SphericalKMeans(n_clusters=4, random_state=0).fit(5 * x)
    np.testing.assert_allclose(np.linalg.norm(spherical.cluster_centers_, axis=1), 1, rtol=1e-5)
    np.testing.assert_array_equal(spherical.predict(x), spherical.labels_)
    distances, places = ct.NearestNeighbors(3).fit(x).kneighbors(x[:5])
    assert places[:, 0].tolist() == [0, 1, 2, 3, 4] and abs(distances[:, 0]).max() < 1e-6
    assert ct.KMeans(3).get_params()["n_clusters"] == 3


def test_sinkhorn() -> None:
    codes = ct.sinkhorn(unit(30, 5, 6), iterations=20)
    np.testing.assert_allclose(codes.sum(1), 1, rtol=1e-5)
    np.testing.assert_allclose(codes.sum(0), 6, rtol=1e-2)


def test_evaluate_and_audit() -> None:
    rng = np.random.default_rng(7)
    labels = rng.integers(0, 3, 120)
    x = (np.eye(3, 8)[labels] * 4 + rng.standard_normal((120, 8))).astype(np.float32)
    measures = ct.evaluate(
        x[:60], test_labels=labels[:60], train=x[60:], train_labels=labels[60:], k=5
    )
    assert measures["knn_accuracy"] > 0.8 and measures["test_rows"] == 60
    assert "alignment" in measures["skipped"]
    found = ct.audit(x, labels=labels, k=[5], clusters=[3])
    assert found.candidates.shape == (120, 5) and found.suspected.dtype == bool
    assert found.report["labels"]["share"] > 0.2
    assert set(found.evidence) >= {"maximum", "mutual"}
    with pytest.raises(ct.ContrastiveError, match="threshold"):
        ct.audit(x, threshold=2.0)
    with pytest.raises(ct.ContrastiveError, match="measures"):
        ct.evaluate(x, measures=["speed"])
    # Without numbers of clusters: what fits the rows that are distinct.
    copies = np.repeat(x[:8], 5, axis=0)
    assert [c["clusters"] for c in ct.audit(copies).report["clusterings"]] == [2]
    with pytest.raises(ct.ContrastiveError, match="clusters: found 10, expected at most 8"):
        ct.audit(copies, clusters=[10])


def test_measures_name_their_tensors() -> None:
    x, labels = unit(40, 4, 1), np.arange(40) % 3
    bad = x.copy()
    bad[3, 1] = np.nan
    known = {"test_labels": labels, "train_labels": labels}
    for tensors, argument in (
        ({"test": bad}, "test"),
        ({"test": bad, "train": x, **known}, "test"),
        ({"test": x, "train": bad, **known}, "train"),
        ({"test": x, "train": x[:, :3], **known}, "train"),
        ({"test": x, "test_views": bad}, "test-views"),
    ):
        with pytest.raises(ct.ContrastiveError) as caught:
            ct.evaluate(**tensors)
        assert caught.value.argument == argument, tensors.keys()
    with pytest.raises(ct.ContrastiveError, match="row 3, column 1") as caught:
        ct.audit(x, support=[x, bad])
    assert caught.value.argument == "support.1"
