"""Objectives of queries and their keys, against a bank or the batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from .._base import Objective
from .options import (
    Bank,
    FalseNegatives,
    Hardness,
    Mixing,
    Ring,
    RingDraws,
    Scaled,
    ScaledNegatives,
    Shared,
    SharedNegatives,
)

if TYPE_CHECKING:
    from typing_extensions import Unpack

    class _CNSOptions(Shared, FalseNegatives, RingDraws, Mixing, Hardness, total=False): ...

    class _MoCHiOptions(Shared, FalseNegatives, Ring, Hardness, total=False): ...


class InfoNCE(Objective):
    """InfoNCE (van den Oord et al. 2018; MoCo, He et al. 2020): each query finds its own key.

    ℓ_i = −u(q_i, k_i) + log Σ exp u(q_i, ·), u = ⟨·,·⟩ / temperature, over the own key and the
    bank's rows; without a bank over all keys of the batch. `symmetric` (without a bank): the mean
    of both directions (CLIP). Queries and keys [N, D], bank [K, D]; gradients for all of them.
    """

    method = "infonce"

    def __init__(
        self,
        temperature: float = 0.07,
        *,
        symmetric: bool = False,
        **options: Unpack[ScaledNegatives],
    ) -> None:
        super().__init__(temperature=temperature, symmetric=symmetric, **options)

    def forward(
        self, queries: Tensor, keys: Tensor, bank: Bank | None = None, **tensors: Tensor
    ) -> Tensor:
        """The loss of queries and keys [N, D], against a bank [K, D] or the batch."""
        return self._evaluate(queries=queries, keys=keys, bank=bank, **tensors)


class CNS(Objective):
    """CNS (Wu et al. 2021): InfoNCE against a ring of the bank's rows by similarity.

    The ring is between the fractions `inner` and `outer` by rank; the tensor `ring_draws` has the
    draws from it, where these are given. Gradients for the queries [N, D].
    """

    method = "cns"

    def __init__(
        self,
        temperature: float = 0.07,
        *,
        outer: float = 0.1,
        inner: float = 0.1,
        inner_mode: str = "dynamic",
        **options: Unpack[_CNSOptions],
    ) -> None:
        super().__init__(
            temperature=temperature, outer=outer, inner=inner, inner_mode=inner_mode, **options
        )

    def forward(self, queries: Tensor, keys: Tensor, bank: Bank, **tensors: Tensor) -> Tensor:
        """The loss of queries and keys [N, D] against a bank [K, D]."""
        return self._evaluate(queries=queries, keys=keys, bank=bank, **tensors)


class MoCHi(Objective):
    """MoCHi (Kalantidis et al. 2020): InfoNCE with a bank and mixed hard negatives, as given.

    pairs [N, s, 2] and query_pairs [N, t] are bank rows, pair_weights [N, s] and query_weights
    [N, t] the shares. `InfoNCE(mix=…, mix_queries=…)` draws them. Gradients for the queries.
    """

    method = "mochi"

    def __init__(self, temperature: float = 0.2, **options: Unpack[_MoCHiOptions]) -> None:
        super().__init__(temperature=temperature, **options)

    def forward(
        self,
        queries: Tensor,
        keys: Tensor,
        bank: Bank,
        pairs: Tensor,
        pair_weights: Tensor,
        query_pairs: Tensor,
        query_weights: Tensor,
        **tensors: Tensor,
    ) -> Tensor:
        """The loss of queries and keys [N, D] against a bank [K, D] and mixes of its rows."""
        return self._evaluate(
            queries=queries, keys=keys, bank=bank, pairs=pairs, pair_weights=pair_weights,
            query_pairs=query_pairs, query_weights=query_weights, **tensors,
        )


class LooC(Objective):
    """LooC (Xiao et al. 2021): a space for each augmentation that must not be forgotten.

    Queries [B, S, D], keys [B, S, S, D] (image, view, space), bank [S, K, D]. Gradients for the
    queries.
    """

    method = "looc"

    def __init__(self, temperature: float = 0.2, **options: Unpack[SharedNegatives]) -> None:
        super().__init__(temperature=temperature, **options)

    def forward(self, queries: Tensor, keys: Tensor, bank: Tensor, **tensors: Tensor) -> Tensor:
        """The loss of queries [B, S, D] in S spaces, each with its bank."""
        return self._evaluate(queries=queries, keys=keys, bank=bank, **tensors)


class ReSSL(Objective):
    """ReSSL (Zheng et al. 2021): relate to the bank as the key does. Gradients for the queries."""

    method = "ressl"

    def __init__(
        self,
        temperature: float = 0.1,
        *,
        target_temperature: float = 0.04,
        **options: Unpack[Shared],
    ) -> None:
        super().__init__(
            temperature=temperature, target_temperature=target_temperature, **options
        )

    def forward(self, queries: Tensor, keys: Tensor, bank: Bank) -> Tensor:
        """The loss of queries and keys [N, D] by their relations to a bank [K, D]."""
        return self._evaluate(queries=queries, keys=keys, bank=bank)


class SCE(Objective):
    """SCE (Denize et al. 2023): find the own key and keep the key's relations to the others.

    Targets lambda · own + (1 − lambda) · softmax of the key's similarities. Gradients for the
    queries [N, D].
    """

    method = "sce"

    def __init__(
        self,
        temperature: float = 0.1,
        *,
        target_temperature: float = 0.05,
        lambda_: float = 0.5,
        self_: str = "exclude",
        **options: Unpack[Scaled],
    ) -> None:
        super().__init__(
            temperature=temperature, target_temperature=target_temperature, lambda_=lambda_,
            self_=self_, **options,
        )

    def forward(self, queries: Tensor, keys: Tensor, bank: Bank | None = None) -> Tensor:
        """The loss of queries and keys [N, D], against a bank [K, D] or the batch."""
        return self._evaluate(queries=queries, keys=keys, bank=bank)


class SigLIP(Objective):
    """SigLIP (Zhai et al. 2023): a sigmoid for every pair, with a temperature and a bias.

    (1/N) Σ_i Σ_j softplus(−y_ij (⟨q_i, k_j⟩ / temperature + bias)), y = 1 where i = j, else −1.
    Queries and keys [N, D]. `learnable_bias` makes `logit_bias` a parameter.
    """

    method = "siglip"

    def __init__(
        self,
        temperature: float = 0.1,
        bias: float = -10.0,
        *,
        learnable_bias: bool = False,
        **options: Unpack[Scaled],
    ) -> None:
        super().__init__(
            temperature=temperature, bias=None if learnable_bias else bias, **options
        )
        self.logit_bias = nn.Parameter(torch.tensor(float(bias))) if learnable_bias else None

    def _scalars(self) -> dict[str, Tensor]:
        scalars = super()._scalars()
        if self.logit_bias is not None:
            scalars["bias"] = self.logit_bias
        return scalars

    def forward(self, queries: Tensor, keys: Tensor) -> Tensor:
        """The loss of queries and keys [N, D]."""
        return self._evaluate(queries=queries, keys=keys)
