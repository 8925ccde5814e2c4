"""Objectives of prototypes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor

from .._base import Objective
from .options import Bank, Shared, SharedNegatives, Tensors

if TYPE_CHECKING:
    from typing_extensions import Unpack


class SwAV(Objective):
    """SwAV (Caron et al. 2020): each view predicts the soft cluster code of another.

    Views [V, B, D], prototypes [P, D], queue [A, L, D]. Codes come from the first `assign_views`
    views by Sinkhorn–Knopp and are constants; gradients for views and prototypes.
    """

    method = "swav"

    def __init__(
        self,
        temperature: float = 0.1,
        *,
        epsilon: float = 0.05,
        iterations: int = 3,
        assign_views: int = 2,
        **options: Unpack[Shared],
    ) -> None:
        super().__init__(
            temperature=temperature, epsilon=epsilon, iterations=iterations,
            assign_views=assign_views, **options,
        )

    def forward(self, views: Tensor, prototypes: Tensor, queue: Tensor | None = None) -> Tensor:
        """The loss of views [V, B, D] and prototypes [P, D]."""
        return self._evaluate(views=views, prototypes=prototypes, queue=queue)


class Clustered(Objective):
    """An objective of queries, keys and a bank, and of one or more clusterings or levels."""

    def forward(
        self,
        queries: Tensor,
        keys: Tensor,
        bank: Bank,
        centroids: Tensors,
        concentrations: Tensors,
        assignments: Tensors,
        negatives: Tensors,
        **tensors: Tensor | Tensors | None,
    ) -> Tensor:
        """The loss of queries and keys [N, D]; the lists have one tensor for each clustering."""
        return self._evaluate(
            queries=queries, keys=keys, bank=bank, centroids=centroids,
            concentrations=concentrations, assignments=assignments, negatives=negatives, **tensors,
        )


class ProtoNCE(Clustered):
    """ProtoNCE (PCL, Li et al. 2021): InfoNCE with a bank, and each query finds its prototype.

    For each clustering: centroids [k, D], concentrations [k], assignments [N] of the batch,
    negatives [r], indices of further prototypes. Gradients for the queries [N, D].
    """

    method = "protonce"

    def __init__(
        self,
        temperature: float = 0.2,
        *,
        duplicates: str = "mask",
        **options: Unpack[SharedNegatives],
    ) -> None:
        super().__init__(temperature=temperature, duplicates=duplicates, **options)


class HCSC(Clustered):
    """HCSC (Guo et al. 2022): negatives selected at each level of a hierarchy of prototypes.

    For each level as `ProtoNCE`, with the lists instance_mask [N, K] and, where wanted,
    prototype_mask [N, r], of which 1 selects. Gradients for the queries [N, D].
    """

    method = "hcsc"

    def __init__(
        self,
        temperature: float = 0.2,
        *,
        unselected: str = "exclude",
        instance_levels: str = "mean",
        **options: Unpack[SharedNegatives],
    ) -> None:
        super().__init__(
            temperature=temperature, unselected=unselected, instance_levels=instance_levels,
            **options,
        )
