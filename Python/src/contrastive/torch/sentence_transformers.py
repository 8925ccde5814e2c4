"""Losses that take the place of sentence-transformers' own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from ._objectives import InfoNCE


class MultipleNegativesRankingLoss(nn.Module):
    """In the place of `sentence_transformers.losses.MultipleNegativesRankingLoss`.

    The same value and gradients, without the batch × batch matrix: each anchor finds its own
    positive among all positives and all hard negatives of the batch, by cosine times `scale`.

    Args:
        model: a SentenceTransformer, or anything that returns `sentence_embedding`.
        scale: 1 / temperature.
        normalize: cosine similarity; False for the dot product.
        group: negatives of all ranks; see `Objective`.
    """

    def __init__(
        self, model: Any, scale: float = 20.0, *, normalize: bool = True, group: Any = None
    ) -> None:
        super().__init__()
        self.model = model
        self.scale = scale
        self._loss = InfoNCE(temperature=1 / scale, normalize=normalize, group=group)

    def forward(
        self, sentence_features: Iterable[dict[str, Tensor]], labels: Tensor | None = None
    ) -> Tensor:
        """The loss of anchors, positives and any number of columns of hard negatives."""
        embeddings = [self.model(features)["sentence_embedding"] for features in sentence_features]
        return self.compute_loss_from_embeddings(embeddings, labels)

    def compute_loss_from_embeddings(
        self, embeddings: list[Tensor], labels: Tensor | None = None
    ) -> Tensor:
        """The loss of the embeddings of anchors, positives and hard negatives, each [N, D]."""
        anchors, positives, *negatives = embeddings
        if not negatives:
            value: Tensor = self._loss(anchors, positives)
            return value
        own = torch.arange(anchors.shape[0])
        found: Tensor = self._loss(
            anchors,
            positives,
            torch.cat([positives, *negatives]),
            # The own positive is a column of its own.
            pair_terms=torch.stack([own, own], dim=1),
        )
        return found

    def get_config_dict(self) -> dict[str, Any]:
        """What the loss was made with."""
        return {"scale": self.scale}
