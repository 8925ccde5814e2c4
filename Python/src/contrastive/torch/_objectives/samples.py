"""Objectives against a bank with a row for each sample of the data set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor

from .._base import Objective
from .options import Bank, Shared, SharedNegatives

if TYPE_CHECKING:
    from typing_extensions import Unpack


class InstDisc(Objective):
    """Instance discrimination (Wu et al. 2018): each query finds its own row of the bank.

    With `noise` [B, K], indices of bank rows, noise-contrastive estimation; without, the softmax
    over the whole bank [n, D]. Queries [B, D], indices [B]. Gradients for the queries.
    """

    method = "instdisc"

    def __init__(
        self,
        temperature: float = 0.07,
        *,
        partition: float | None = None,
        epsilon: float = 1e-7,
        **options: Unpack[SharedNegatives],
    ) -> None:
        super().__init__(
            temperature=temperature, partition=partition, epsilon=epsilon, **options
        )

    def forward(
        self,
        queries: Tensor,
        bank: Bank,
        indices: Tensor,
        noise: Tensor | None = None,
        **tensors: Tensor,
    ) -> Tensor:
        """The loss of queries [B, D], whose own rows of the bank are indices [B]."""
        return self._evaluate(queries=queries, bank=bank, indices=indices, noise=noise, **tensors)


class InvP(Objective):
    """InvP (Wang et al. 2020): find the own row, and positives spread over a neighbor graph.

    Queries [B, D], bank [n, D], indices [B], neighbors [n, k] as `knn_graph` gives them. Gradients
    for the queries.
    """

    method = "invp"

    def __init__(
        self,
        temperature: float = 0.07,
        *,
        background: int = 4096,
        positives: int = 50,
        steps: int = 3,
        weight: float = 0.6,
        epsilon: float = 0.0,
        exact_background: bool = False,
        **options: Unpack[Shared],
    ) -> None:
        super().__init__(
            temperature=temperature, background=background, positives=positives, steps=steps,
            weight=weight, epsilon=epsilon, exact_background=exact_background, **options,
        )

    def forward(self, queries: Tensor, bank: Bank, indices: Tensor, neighbors: Tensor) -> Tensor:
        """The loss of queries [B, D], whose own rows of the bank are indices [B]."""
        return self._evaluate(queries=queries, bank=bank, indices=indices, neighbors=neighbors)
