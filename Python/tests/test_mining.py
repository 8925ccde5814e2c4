"""Duplicates, hard negatives and scores, against their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from test_loss import unit

import contrastive as ct


def cosines(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    x, y = x.astype(np.float64), y.astype(np.float64)
    return (x @ y.T) / np.sqrt((x * x).sum(1)[:, None] * (y * y).sum(1))


def test_duplicates() -> None:
    x = unit(120, 6, 1)
    x = np.concatenate([x, 3 * x[10:20] + 0.05 * unit(10, 6, 2), x[:5]])
    found = ct.duplicates(x, threshold=0.93, threads=2)
    exact = np.argwhere(np.triu(cosines(x, x) >= 0.93, 1))
    np.testing.assert_array_equal(found.pairs, exact)
    np.testing.assert_allclose(found.similarities, cosines(x, x)[tuple(exact.T)], rtol=1e-6)
    assert found.pairs.dtype == np.int64 and found.kept.dtype == bool
    # As a sequence and as an array it is its pairs.
    assert len(found) == len(exact) and [tuple(p) for p in found] == [tuple(p) for p in exact]
    np.testing.assert_array_equal(np.asarray(found), exact)
    groups = np.arange(len(x))
    for _ in range(len(x)):
        for i, j in exact:
            groups[i] = groups[j] = min(groups[i], groups[j])
    np.testing.assert_array_equal(found.groups, groups)
    np.testing.assert_array_equal(found.kept, groups == np.arange(len(x)))
    central = ct.duplicates(x, threshold=0.93, keep="central")
    assert central.kept.sum() == found.kept.sum()
    assert len(ct.duplicates(np.eye(4))) == 0


def test_semantic_deduplication() -> None:
    x = np.concatenate([unit(60, 6, 1), unit(60, 6, 1)])
    found = ct.semantic_deduplication(x, keep_fraction=0.5, clusters=4)
    assert found.kept.sum() == 60 and found.threshold == pytest.approx(1, abs=1e-6)
    assert (found.kept[:60] ^ found.kept[60:]).all()


def test_mine() -> None:
    q, d = unit(40, 8, 1), unit(200, 8, 2)
    pairs = np.stack([np.arange(40), np.arange(40) * 3], 1)
    found = ct.mine(q, 2 * d, pairs=pairs, per_query=5, candidates=50, skip_top=1, below=0.9)
    exact = cosines(q, d)
    for row in range(40):
        own = exact[row, 3 * row]
        limit = own - 0.1 * abs(own)
        order = [c for c in np.argsort(-exact[row], kind="stable")[:50] if c != 3 * row][1:]
        expected = [c for c in order if exact[row, c] < limit][:5]
        assert found.negatives[row].tolist() == expected + [-1] * (5 - len(expected))
    present = found.negatives >= 0
    values = np.take_along_axis(exact, np.maximum(found.negatives, 0), 1)
    np.testing.assert_allclose(found.similarities, np.where(present, values, 0), atol=1e-6)
    assert found.evidence is None and found.report["negatives"] == present.sum()
    more = ct.mine(d[:40], d, pairs=pairs, evidence=True)
    assert more.evidence is not None and more.evidence.shape == more.negatives.shape
    # The clusterings of the evidence fit documents that are there several times.
    copies = np.repeat(d[:8], 5, axis=0)
    assert ct.mine(copies, copies, evidence=True).evidence is not None


def test_score() -> None:
    q, d = unit(30, 8, 1), unit(100, 8, 2)
    found = ct.score(q, d, pairs=np.stack([np.arange(30), np.arange(30)], 1), k=[1, 10])
    exact = cosines(q, d)
    ranks = 1 + (exact > np.diag(exact[:, :30])[:, None]).sum(1)
    assert found.measures["recall_at_10"]["mean"] == pytest.approx((ranks <= 10).mean())
    np.testing.assert_allclose(found.per_query["mrr_at_10"], np.where(ranks <= 10, 1 / ranks, 0))
    assert found.queries.tolist() == list(range(30)) and found.against is None
    graded = ct.score(q, d, pairs=[[0, 5, 2], [0, 7, 1]], k=[5], gain="exponential")
    assert graded.queries.tolist() == [0]
    two = ct.score(d[:30], d[:30], against_queries=q)
    assert two.against is not None
    assert two.measures["recall_at_1"]["mean"] == 1
    assert two.against["difference"]["recall_at_1"]["p_value"] < 0.01


@pytest.mark.parametrize(
    ("call", "argument", "text"),
    [
        (lambda x: ct.duplicates(x, threshold=1.5), "threshold", "1.5"),
        (lambda x: ct.duplicates(x, keep="best"), "keep", "central"),
        (lambda x: ct.duplicates(x, threshold=-0.9, max_pairs=3), "threshold", "pairs reach"),
        (lambda x: ct.duplicates(0 * x), "embeddings", "norm 0 at row 0"),
        (lambda x: ct.semantic_deduplication(x, keep_fraction=0), "keep-fraction", "0.0"),
        (lambda x: ct.mine(x, x, per_query=0), "per-query", "0"),
        (lambda x: ct.mine(x, x[:, :3]), "documents", "3"),
        (lambda x: ct.mine(x, x[:3]), "documents", "3 rows"),
        (lambda x: ct.mine(x, x, pairs=[[0, 99]]), "pairs", "99"),
        (lambda x: ct.mine(x, x, pairs=[0, 1]), "pairs", "[pairs × 2]"),
        (lambda x: ct.score(x, x, k=[0]), "k", "at least 1"),
        (lambda x: ct.score(x, x, gain="square"), "gain", "exponential"),
        (lambda x: ct.score(x, x, against_documents=x), "against-documents", "against-queries"),
        (
            lambda x: ct.score(x, x, against_queries=x[:6], against_documents=x[:6]),
            "against-queries", "[8 × any], a row for each of queries",
        ),
        (
            lambda x: ct.score(x, x, against_queries=x, against_documents=x[:6]),
            "against-documents", "[8 × any], a row for each of documents",
        ),
        (
            lambda x: ct.score(x, x, pairs=[[0, 1]], against_queries=x[:6]),
            "against-queries", "[8 × any]",
        ),
        (
            lambda x: ct.score(x, x, pairs=[[0, 1]], against_queries=x, against_documents=x[:6]),
            "against-documents", "[8 × any]",
        ),
        (lambda x: ct.score(x, x, against_queries=np.nan * x), "against-queries", "nan"),
    ],
)
def test_refusals(call, argument: str, text: str) -> None:
    with pytest.raises(ct.ContrastiveError) as caught:
        call(unit(8, 5, 1))
    assert caught.value.argument == argument and text in str(caught.value)


def test_progress_ends_the_work() -> None:
    with pytest.raises(ct.Canceled):
        ct.duplicates(unit(30_000, 64, 3), threads=1, progress=lambda step, done: True)


def test_rows_of_zeros() -> None:
    x = np.concatenate([unit(20, 6, 1), np.zeros((2, 6), np.float32)])
    for call in (
        lambda **more: ct.loss("infonce", queries=x, keys=x, normalize=True, **more),
        lambda **more: ct.knn(x, x, 3, normalize=True, **more),
        lambda **more: ct.knn_graph(x, 3, normalize=True, **more),
        lambda **more: ct.kmeans(x, 3, spherical=True, **more),
        lambda **more: ct.audit(x, k=[3], clusters=[2], **more),
        lambda **more: ct.evaluate(x, measures=["uniformity"], **more),
    ):
        with pytest.raises(ct.ContrastiveError, match="norm 0 at row 20"):
            call()
        call(zero_rows="keep")
        with pytest.raises(ct.ContrastiveError, match="zero.rows"):
            call(zero_rows="drop")
    for plain in (
        lambda: ct.loss("infonce", queries=x, keys=x, zero_rows="keep"),
        lambda: ct.knn(x, x, 3, zero_rows="keep"),
        lambda: ct.knn_graph(x, 3, zero_rows="keep"),
        lambda: ct.kmeans(x, 3, zero_rows="keep"),
    ):
        with pytest.raises(ct.ContrastiveError, match="zero.rows.*none without"):
            plain()
    gradient = ct.loss(
        "infonce", queries=x, keys=x, normalize=True, zero_rows="keep"
    ).gradients["queries"]
    assert not gradient[20:].any() and gradient[:20].any()
    similarities, _ = ct.knn(x, x, 3, normalize=True, zero_rows="keep")
    assert not similarities[20:].any()
