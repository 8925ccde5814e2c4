"""Objectives of predictions, without negatives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor

from .._base import Objective
from .options import Shared

if TYPE_CHECKING:
    from typing_extensions import Unpack


class Predictions(Objective):
    """An objective of the predictions and projections of two views; projections are constants."""

    def __init__(self, **options: Unpack[Shared]) -> None:
        super().__init__(**options)

    def forward(
        self, predictions1: Tensor, predictions2: Tensor, projections1: Tensor, projections2: Tensor
    ) -> Tensor:
        """The loss, all [N, D]."""
        return self._evaluate(
            predictions1=predictions1, predictions2=predictions2,
            projections1=projections1, projections2=projections2,
        )


class SimSiam(Predictions):
    """SimSiam (Chen and He 2021): −½ (mean cos(p1, z2) + mean cos(p2, z1)), all [N, D]."""

    method = "simsiam"


class BYOL(Predictions):
    """BYOL (Grill et al. 2020): mean ‖p̂1 − ẑ2‖² + mean ‖p̂2 − ẑ1‖² of unit rows, all [N, D]."""

    method = "byol"
