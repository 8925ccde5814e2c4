"""In the place of sentence-transformers' and lightly's losses."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
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
    torch.testing.assert_close(
        found.linear.weight.grad, exact.linear.weight.grad, rtol=1e-4, atol=1e-5
    )


def test_ntxent() -> None:
    a, b = torch.randn(5, 8, requires_grad=True), torch.randn(5, 8, requires_grad=True)
    value = NTXentLoss(0.5)(a, b)
    z = F.normalize(torch.cat([a, b]))
    logits = (z @ z.T / 0.5).fill_diagonal_(-torch.inf)
    expected = F.cross_entropy(logits, torch.arange(10).roll(5))
    assert float(value) == pytest.approx(float(expected), rel=1e-5)
    gradients = torch.autograd.grad(expected, (a, b))
    for found, exact in zip(torch.autograd.grad(value, (a, b)), gradients):
        torch.testing.assert_close(found, exact, rtol=1e-4, atol=1e-6)


def test_ntxent_with_bank() -> None:
    loss = NTXentLoss(0.5, memory_bank_size=(16, 8))
    a, b = torch.randn(5, 8, requires_grad=True), torch.randn(5, 8)
    first = loss(a, b)
    assert loss.memory_bank is not None and len(loss.memory_bank) == 5 and first.isfinite()
    second = loss(a, b)
    x, y = F.normalize(a), F.normalize(b)
    logits = torch.cat([(x * y).sum(1, keepdim=True), x @ y.T], 1)
    expected = F.cross_entropy(logits / 0.5, torch.zeros(5, dtype=torch.int64))
    assert float(second) == pytest.approx(float(expected), rel=1e-5)


@pytest.mark.parametrize("columns", [2, 3])
def test_both_directions(columns: int) -> None:
    features = [{"x": torch.randn(7, 8)} for _ in range(columns)]
    model, exact = Model(), Model()
    both = ("query_to_doc", "doc_to_query")
    loss = MultipleNegativesRankingLoss(model, directions=both, partition_mode="per_direction")
    found = loss(features)
    found.backward()
    a, *documents = [exact(f)["sentence_embedding"] for f in features]
    expected = (theirs([a, *documents], 20.0) + theirs([documents[0], a], 20.0)) / 2
    expected.backward()
    assert float(found) == pytest.approx(float(expected), rel=1e-5)
    torch.testing.assert_close(
        model.linear.weight.grad, exact.linear.weight.grad, rtol=1e-4, atol=1e-5
    )


def test_refused() -> None:
    model, both = Model(), ("query_to_doc", "doc_to_query")
    for refused in (
        {"directions": both}, {"hardness_mode": "all_negatives"}, {"similarity_fct": torch.dot},
    ):
        with pytest.raises(ValueError, match=next(iter(refused))):
            MultipleNegativesRankingLoss(model, **refused)


def test_dot_products() -> None:
    def dot_score(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return a @ b.T

    a, b = torch.randn(7, 8), torch.randn(7, 8)
    loss = MultipleNegativesRankingLoss(None, 1.0, dot_score)
    expected = F.cross_entropy(a @ b.T, torch.arange(7))
    assert float(loss.compute_loss_from_embeddings([a, b])) == pytest.approx(
        float(expected), rel=1e-5
    )


@pytest.mark.skipif(find_spec("sentence_transformers") is None, reason="not installed")
@pytest.mark.parametrize("columns", [2, 3])
def test_in_their_trainer(columns: int, tmp_path: Path) -> None:
    from datasets import Dataset
    from sentence_transformers import (
        SentenceTransformer,
        SentenceTransformerTrainer,
        SentenceTransformerTrainingArguments,
        models,
    )
    from sentence_transformers.losses import MultipleNegativesRankingLoss as Theirs
    from sentence_transformers.models.tokenizer import WhitespaceTokenizer

    words = [f"w{n}" for n in range(30)]
    sets = {
        name: [
            " ".join(words[(7 * row + k * place) % 30] for k in range(1, 5)) for row in range(32)
        ]
        for place, name in enumerate(("anchor", "positive", "negative")[:columns], 1)
    }

    def trained(kind: Any) -> tuple[list[float], torch.Tensor]:
        torch.manual_seed(0)
        embeddings = models.WordEmbeddings(
            WhitespaceTokenizer(words), torch.randn(30, 12).numpy(), update_embeddings=True
        )
        pooling = models.Pooling(embeddings.get_word_embedding_dimension())
        model = SentenceTransformer(modules=[embeddings, pooling], device="cpu")
        trainer = SentenceTransformerTrainer(
            model=model,
            args=SentenceTransformerTrainingArguments(
                output_dir=str(tmp_path), max_steps=6, per_device_train_batch_size=8,
                learning_rate=0.01, logging_steps=1, report_to=[], save_strategy="no", seed=1,
                use_cpu=True,
            ),
            train_dataset=Dataset.from_dict(sets),
            loss=kind(model),
        )
        trainer.train()
        losses = [line["loss"] for line in trainer.state.log_history if "loss" in line]
        return losses, model[0].emb_layer.weight.detach()

    found, exact = trained(MultipleNegativesRankingLoss), trained(Theirs)
    assert found[0] == pytest.approx(exact[0], rel=1e-3) and len(found[0]) == 6
    torch.testing.assert_close(found[1], exact[1], rtol=1e-3, atol=1e-3)


@pytest.mark.skipif(find_spec("lightly") is None, reason="not installed")
def test_in_their_loop() -> None:
    from lightly.loss import NTXentLoss as Theirs
    from lightly.models.modules import SimCLRProjectionHead

    def trained(loss: Any) -> tuple[list[float], torch.Tensor]:
        torch.manual_seed(0)
        head = SimCLRProjectionHead(16, 16, 8)
        optimizer = torch.optim.SGD(head.parameters(), lr=0.1)
        losses = []
        for _ in range(8):
            x = torch.randn(32, 16)
            value = loss(head(x), head(x + 0.1 * torch.randn_like(x)))
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
            losses.append(float(value.detach()))
        return losses, next(head.parameters()).detach()

    found, exact = trained(NTXentLoss(0.3)), trained(Theirs(0.3))
    assert found[0] == pytest.approx(exact[0], rel=1e-4)
    torch.testing.assert_close(found[1], exact[1], rtol=1e-3, atol=1e-5)
