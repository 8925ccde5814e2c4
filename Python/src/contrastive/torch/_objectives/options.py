"""The options of objectives, for type checkers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict, Union

from torch import Tensor

from .._banks import MemoryBank

Bank = Union[Tensor, MemoryBank]
Tensors = Sequence[Tensor]


class Shared(TypedDict, total=False):
    """What every objective takes; see `Objective`."""

    reduction: str
    normalize: bool
    zero_rows: str
    group: Any
    threads: int | None


class Scaled(Shared, total=False):
    """What objectives take whose temperature may be learned."""

    learnable_temperature: bool


class FalseNegatives(TypedDict, total=False):
    """Which columns are probably false negatives, and what becomes of them."""

    false_negatives_top: int
    false_negatives_above: float
    false_negatives_aggregate: str
    false_negatives_mode: str


class RingDraws(TypedDict, total=False):
    """How many columns of a ring are drawn."""

    ring_draws: int
    ring_seed: int
    ring_step: int


class Ring(RingDraws, total=False):
    """Negatives between two fractions, inner and outer, by rank."""

    ring: Sequence[float]


class Mixing(TypedDict, total=False):
    """Mixed hard negatives that are drawn."""

    mix: int
    mix_queries: int
    mix_hardest: int
    mix_seed: int
    mix_step: int


class Hardness(TypedDict, total=False):
    """Negatives weighted by their similarity."""

    beta: float
    tau_plus: float
    detach_weights: bool


class Negatives(FalseNegatives, Ring, Mixing, Hardness, total=False):
    """Every choice of negatives."""


class SharedNegatives(Shared, Negatives, total=False):
    """What every objective takes, and every choice of negatives."""


class ScaledNegatives(Scaled, Negatives, total=False):
    """The same where the temperature may be learned."""
