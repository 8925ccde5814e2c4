"""Objectives of the views or the labels of a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor

from .._base import Objective
from .options import Bank, FalseNegatives, Hardness, Mixing, Ring, ScaledNegatives, Shared

if TYPE_CHECKING:
    from typing_extensions import Unpack

    class _FNCOptions(Shared, Ring, Mixing, Hardness, total=False): ...

    class _HCLOptions(Shared, FalseNegatives, Ring, total=False): ...


class PairedViews(Objective):
    """An objective of two views of a batch."""

    def forward(self, view1: Tensor, view2: Tensor, **tensors: Tensor) -> Tensor:
        """The loss of two views [N, D]."""
        return self._evaluate(view1=view1, view2=view2, **tensors)


class NTXent(PairedViews):
    """NT-Xent (SimCLR, Chen et al. 2020): each view finds the other among all views.

    ℓ_i = −u(z_i, z_p(i)) + log Σ_{j ≠ i} exp u(z_i, z_j), u = ⟨·,·⟩ / temperature, mean over the
    2N rows of both views [N, D].
    """

    method = "nt-xent"

    def __init__(self, temperature: float = 0.1, **options: Unpack[ScaledNegatives]) -> None:
        super().__init__(temperature=temperature, **options)


class Decoupled(PairedViews):
    """Decoupled contrastive learning (Yeh et al. 2022): NT-Xent without the positive in the sum.

    ℓ_i = −w_i · u(z_i, z_p(i)) + log Σ_{j ≠ i, p(i)} exp u(z_i, z_j); with `sigma` the weights are
    w_i = 2 − N · softmax_i(s_pos / sigma), constants, else 1. Both views [N, D], N at least 2.
    """

    method = "decoupled"

    def __init__(
        self,
        temperature: float = 0.1,
        *,
        sigma: float | None = None,
        **options: Unpack[ScaledNegatives],
    ) -> None:
        super().__init__(temperature=temperature, sigma=sigma, **options)


class HCL(PairedViews):
    """Hard negatives (Robinson et al. 2021): negatives weighted by similarity, and debiased.

    Both views [N, D], N at least 2.
    """

    method = "hcl"

    def __init__(
        self,
        temperature: float = 0.5,
        *,
        tau_plus: float = 0.1,
        beta: float = 1.0,
        detach_weights: bool = False,
        **options: Unpack[_HCLOptions],
    ) -> None:
        super().__init__(
            temperature=temperature, tau_plus=tau_plus, beta=beta, detach_weights=detach_weights,
            **options,
        )


class DCL(PairedViews):
    """Debiased contrast (Chuang et al. 2020): `HCL` with beta 0.

    Both views [N, D], N at least 2.
    """

    method = "dcl"

    def __init__(
        self, temperature: float = 0.5, *, tau_plus: float = 0.1, **options: Unpack[_HCLOptions]
    ) -> None:
        super().__init__(temperature=temperature, tau_plus=tau_plus, **options)


class SupCon(Objective):
    """Supervised contrastive loss (Khosla et al. 2020): each row finds the rows of its own label.

    ℓ_i = −mean over positives p of (u(z_i, z_p) − log Σ_{j ≠ i} exp u(z_i, z_j)), times temperature
    / base_temperature where that is given. Embeddings [B, D], labels [B].
    """

    method = "supcon"

    def __init__(
        self,
        temperature: float = 0.07,
        *,
        base_temperature: float | None = None,
        variant: str = "out",
        **options: Unpack[ScaledNegatives],
    ) -> None:
        super().__init__(
            temperature=temperature, base_temperature=base_temperature, variant=variant, **options
        )

    def forward(self, embeddings: Tensor, labels: Tensor, **tensors: Tensor) -> Tensor:
        """The loss of embeddings [B, D] with labels [B]."""
        return self._evaluate(embeddings=embeddings, labels=labels, **tensors)


class FNC(Objective):
    """False negative cancellation (Huynh et al. 2022): likely ones are attracted or excluded.

    Embeddings [V, N, D], support [V, N, D] and bank [K, D] together or not at all.
    """

    method = "fnc"

    def __init__(
        self,
        temperature: float = 0.1,
        *,
        top_k: int = 10,
        threshold: float | str = 0.7,
        aggregate: str = "max",
        mode: str = "attract",
        **options: Unpack[_FNCOptions],
    ) -> None:
        super().__init__(
            temperature=temperature, top_k=top_k, threshold=threshold, aggregate=aggregate,
            mode=mode, **options,
        )

    def forward(
        self,
        embeddings: Tensor,
        support: Tensor | None = None,
        bank: Bank | None = None,
        **tensors: Tensor,
    ) -> Tensor:
        """The loss of views [V, N, D]."""
        return self._evaluate(embeddings=embeddings, support=support, bank=bank, **tensors)
