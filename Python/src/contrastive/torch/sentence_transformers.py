"""Losses that take the place of sentence-transformers' own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Callable

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
        similarity_fct: sentence-transformers' `cos_sim`, which is meant without one, or
            `dot_score`; no other.
        gather_across_devices: negatives of all ranks, of pairs without hard negatives.
        directions: `("query_to_doc",)`, or with `"doc_to_query"` the mean of both.
        partition_mode: "joint", and "per_direction" of both directions; a softmax over both
            directions at once is not offered.
        hardness_mode: None; the others are not offered.
    """

    def __init__(
        self,
        model: Any,
        scale: float = 20.0,
        similarity_fct: Callable[[Tensor, Tensor], Tensor] | None = None,
        gather_across_devices: bool = False,
        directions: Sequence[str] = ("query_to_doc",),
        partition_mode: str = "joint",
        hardness_mode: str | None = None,
        hardness_strength: float = 0.0,
    ) -> None:
        super().__init__()
        similarity = "cos_sim"
        if similarity_fct is not None:
            similarity = getattr(similarity_fct, "__name__", "")
        if similarity not in ("cos_sim", "dot_score"):
            raise ValueError(
                f"similarity_fct: found {similarity_fct}, expected cos_sim or dot_score"
            )
        modes = {
            frozenset({"query_to_doc"}): ("joint", "per_direction"),
            frozenset({"query_to_doc", "doc_to_query"}): ("per_direction",),
        }
        if partition_mode not in modes.get(frozenset(directions), ()):
            raise ValueError(
                f"directions: found {tuple(directions)}, {partition_mode}, expected query_to_doc, "
                "or it and doc_to_query, per_direction"
            )
        if hardness_mode is not None:
            raise ValueError(f"hardness_mode: found {hardness_mode!r}, expected None")
        self.model = model
        self.scale = scale
        self.gather_across_devices = gather_across_devices
        self.directions = tuple(directions)
        self._config = {
            "scale": scale, "similarity_fct": similarity,
            "gather_across_devices": gather_across_devices, "directions": self.directions,
            "partition_mode": partition_mode, "hardness_mode": None,
            "hardness_strength": hardness_strength,
        }
        shared: Any = {
            "temperature": 1 / scale,
            "normalize": similarity == "cos_sim",
            "group": torch.distributed.group.WORLD if gather_across_devices else None,
        }
        self._loss = InfoNCE(**shared)
        self._both = InfoNCE(symmetric=True, **shared)

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
        if len(embeddings) < 2:
            raise ValueError(f"embeddings: found {len(embeddings)}, expected at least 2")
        anchors, positives, *negatives = embeddings
        if "doc_to_query" not in self.directions:
            return self._to_documents(anchors, positives, negatives)
        if not negatives:
            both: Tensor = self._both(anchors, positives)
            return both
        value: Tensor = self._to_documents(anchors, positives, negatives)
        value = (value + self._loss(positives, anchors)) / 2
        return value

    def _to_documents(
        self, anchors: Tensor, positives: Tensor, negatives: list[Tensor]
    ) -> Tensor:
        if not negatives:
            value: Tensor = self._loss(anchors, positives)
            return value
        if self.gather_across_devices:
            raise ValueError(
                "embeddings: found hard negatives with gather_across_devices, expected pairs"
            )
        own = torch.arange(anchors.shape[0])
        found: Tensor = self._loss(
            anchors,
            positives,
            torch.cat([positives, *negatives]),
            # The own positive is a column of its own.
            pair_terms=torch.stack([own, own], dim=1),
            pair_term_weights=torch.zeros(len(own)),
        )
        return found

    @property
    def temperature(self) -> float:
        """1 / scale."""
        return 1 / self.scale

    def get_config_dict(self) -> dict[str, Any]:
        """What the loss was made with."""
        return self._config
