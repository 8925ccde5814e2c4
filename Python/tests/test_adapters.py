"""In the place of sentence-transformers' and lightly's losses."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import pytest
import torch
import torch.nn.functional as F

from contrastive.torch.lightly import NTXentLoss
from contrastive.torch.sentence_transformers import MultipleNegativesRankingLoss


class Model(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.linear = torch.nn.Linear(8, 6)

    def forward(self, features: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        return {"sentence_embedding": self.linear(features["x"])}


def theirs(embeddings: list[torch.Tensor], scale: float) -> torch.Tensor:
    anchors = F.normalize(embeddings[0])
    candidates = F.normalize(torch.cat(embeddings[1:]))
    return F.cross_entropy(scale * anchors @ candidates.T, torch.arange(len(anchors)))


@pytest.mark.parametrize("columns", [2, 3, 4])
def test_multiple_negatives(columns: int) -> None:
    features = [{"x": torch.randn(7, 8)} for _ in range(columns)]
    found, exact = Model(), Model()
    value = MultipleNegativesRankingLoss(found)(features)
    value.backward()
    expected = theirs([exact(f)["sentence_embedding"] for f in features], 20.0)
    expected.backward()
    assert float(value) == pytest.approx(float(expected), rel=1e-5)
    torch.testing.assert_close(found.linear.weight.grad, exact.linear.weight.grad, rtol=1e-4, atol=1e-5)


def test_ntxent() -> None:
    a, b = torch.randn(5, 8, requires_grad=True), torch.randn(5, 8, requires_grad=True)
    value = NTXentLoss(0.5)(a, b)
    z = F.normalize(torch.cat([a, b]))
    logits = (z @ z.T / 0.5).fill_diagonal_(-torch.inf)
    expected = F.cross_entropy(logits, torch.arange(10).roll(5))
    assert float(value) == pytest.approx(float(expected), rel=1e-5)
    for found, exact in zip(torch.autograd.grad(value, (a, b)), torch.autograd.grad(expected, (a, b))):
        torch.testing.assert_close(found, exact, rtol=1e-4, atol=1e-6)


def test_ntxent_with_bank() -> None:
    loss = NTXentLoss(0.5, memory_bank_size=(16, 8))
    a, b = torch.randn(5, 8, requires_grad=True), torch.randn(5, 8)
    first = loss(a, b)
    assert loss.memory_bank is not None and len(loss.memory_bank) == 5 and first.isfinite()
    second = loss(a, b)
    logits = torch.cat(
        [(F.normalize(a) * F.normalize(b)).sum(1, keepdim=True), F.normalize(a) @ F.normalize(b).T], 1
    )
    expected = F.cross_entropy(logits / 0.5, torch.zeros(5, dtype=torch.int64))
    assert float(second) == pytest.approx(float(expected), rel=1e-5)


@pytest.mark.skipif(find_spec("sentence_transformers") is None, reason="not installed")
def test_beside_sentence_transformers() -> None:
    from sentence_transformers.losses import MultipleNegativesRankingLoss as Theirs

    features = [{"x": torch.randn(7, 8)} for _ in range(3)]
    model: Any = Model()
    assert float(MultipleNegativesRankingLoss(model)(features)) == pytest.approx(
        float(Theirs(model)(features, None)), rel=1e-5
    )


@pytest.mark.skipif(find_spec("lightly") is None, reason="not installed")
def test_beside_lightly() -> None:
    from lightly.loss import NTXentLoss as Theirs

    a, b = torch.randn(5, 8), torch.randn(5, 8)
    assert float(NTXentLoss(0.3)(a, b)) == pytest.approx(float(Theirs(0.3)(a, b)), rel=1e-5)
