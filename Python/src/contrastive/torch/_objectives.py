"""Every objective as a module, under the names of the Swift library."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Union

import torch
from torch import Tensor, nn

from ._banks import MemoryBank
from ._base import Objective

Bank = Union[Tensor, MemoryBank]
Tensors = Sequence[Tensor]


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
        reduction: str = "mean",
        normalize: bool = False,
        learnable_temperature: bool = False,
        group: Any = None,
        threads: int | None = None,
        **negatives: Any,
    ) -> None:
        super().__init__(
            temperature=temperature, symmetric=symmetric, reduction=reduction, normalize=normalize, learnable_temperature=learnable_temperature, group=group, threads=threads, **negatives,
        )

    def forward(
        self, queries: Tensor, keys: Tensor, bank: Bank | None = None, **tensors: Tensor
    ) -> Tensor:
        """The loss."""
        return self._evaluate(
            queries=queries, keys=keys, bank=bank, **tensors
        )


class NTXent(Objective):
    """NT-Xent (SimCLR, Chen et al. 2020): each view finds the other among all views.

    ℓ_i = −u(z_i, z_p(i)) + log Σ_{j ≠ i} exp u(z_i, z_j), u = ⟨·,·⟩ / temperature, mean over the
    2N rows of both views [N, D].
    """

    method = "nt-xent"

    def __init__(
        self,
        temperature: float = 0.1,
        *,
        reduction: str = "mean",
        normalize: bool = False,
        learnable_temperature: bool = False,
        group: Any = None,
        threads: int | None = None,
        **negatives: Any,
    ) -> None:
        super().__init__(
            temperature=temperature, reduction=reduction, normalize=normalize, learnable_temperature=learnable_temperature, group=group, threads=threads, **negatives,
        )

    def forward(
        self, view1: Tensor, view2: Tensor, **tensors: Tensor
    ) -> Tensor:
        """The loss."""
        return self._evaluate(
            view1=view1, view2=view2, **tensors
        )


class Decoupled(Objective):
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
        reduction: str = "mean",
        normalize: bool = False,
        learnable_temperature: bool = False,
        group: Any = None,
        threads: int | None = None,
        **negatives: Any,
    ) -> None:
        super().__init__(
            temperature=temperature, sigma=sigma, reduction=reduction, normalize=normalize, learnable_temperature=learnable_temperature, group=group, threads=threads, **negatives,
        )

    def forward(
        self, view1: Tensor, view2: Tensor, **tensors: Tensor
    ) -> Tensor:
        """The loss."""
        return self._evaluate(
            view1=view1, view2=view2, **tensors
        )


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
        reduction: str = "mean",
        normalize: bool = False,
        learnable_temperature: bool = False,
        group: Any = None,
        threads: int | None = None,
        **negatives: Any,
    ) -> None:
        super().__init__(
            temperature=temperature, base_temperature=base_temperature, variant=variant, reduction=reduction, normalize=normalize, learnable_temperature=learnable_temperature, group=group, threads=threads, **negatives,
        )

    def forward(
        self, embeddings: Tensor, labels: Tensor, **tensors: Tensor
    ) -> Tensor:
        """The loss."""
        return self._evaluate(
            embeddings=embeddings, labels=labels, **tensors
        )


class InstDisc(Objective):
    """Instance discrimination (Wu et al. 2018): each query finds its own row of a bank of all samples.

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
        reduction: str = "mean",
        normalize: bool = False,
        group: Any = None,
        threads: int | None = None,
        **negatives: Any,
    ) -> None:
        super().__init__(
            temperature=temperature, partition=partition, epsilon=epsilon, reduction=reduction, normalize=normalize, group=group, threads=threads, **negatives,
        )

    def forward(
        self, queries: Tensor, bank: Bank, indices: Tensor, noise: Tensor | None = None, **tensors: Tensor
    ) -> Tensor:
        """The loss."""
        return self._evaluate(
            queries=queries, bank=bank, indices=indices, noise=noise, **tensors
        )


class SimSiam(Objective):
    """SimSiam (Chen and He 2021): −½ (mean cos(p1, z2) + mean cos(p2, z1)), all [N, D].

    Projections are constants.
    """

    method = "simsiam"

    def __init__(
        self,
        *,
        reduction: str = "mean",
        normalize: bool = False,
        group: Any = None,
        threads: int | None = None,
    ) -> None:
        super().__init__(
            reduction=reduction, normalize=normalize, group=group, threads=threads,
        )

    def forward(
        self, predictions1: Tensor, predictions2: Tensor, projections1: Tensor, projections2: Tensor
    ) -> Tensor:
        """The loss."""
        return self._evaluate(
            predictions1=predictions1, predictions2=predictions2,
            projections1=projections1, projections2=projections2
        )


class BYOL(Objective):
    """BYOL (Grill et al. 2020): mean ‖p̂1 − ẑ2‖² + mean ‖p̂2 − ẑ1‖² of unit rows, all [N, D].

    Projections are constants.
    """

    method = "byol"

    def __init__(
        self,
        *,
        reduction: str = "mean",
        normalize: bool = False,
        group: Any = None,
        threads: int | None = None,
    ) -> None:
        super().__init__(
            reduction=reduction, normalize=normalize, group=group, threads=threads,
        )

    def forward(
        self, predictions1: Tensor, predictions2: Tensor, projections1: Tensor, projections2: Tensor
    ) -> Tensor:
        """The loss."""
        return self._evaluate(
            predictions1=predictions1, predictions2=predictions2,
            projections1=projections1, projections2=projections2
        )


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
        reduction: str = "mean",
        normalize: bool = False,
        group: Any = None,
        threads: int | None = None,
    ) -> None:
        super().__init__(
            temperature=temperature, epsilon=epsilon, iterations=iterations, assign_views=assign_views, reduction=reduction, normalize=normalize, group=group, threads=threads,
        )

    def forward(
        self, views: Tensor, prototypes: Tensor, queue: Tensor | None = None
    ) -> Tensor:
        """The loss."""
        return self._evaluate(
            views=views, prototypes=prototypes, queue=queue
        )


class ProtoNCE(Objective):
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
        reduction: str = "mean",
        normalize: bool = False,
        group: Any = None,
        threads: int | None = None,
        **negatives: Any,
    ) -> None:
        super().__init__(
            temperature=temperature, duplicates=duplicates, reduction=reduction, normalize=normalize, group=group, threads=threads, **negatives,
        )

    def forward(
        self, queries: Tensor, keys: Tensor, bank: Bank, centroids: Tensors, concentrations: Tensors,
        assignments: Tensors, negatives: Tensors, **tensors: Tensor
    ) -> Tensor:
        """The loss."""
        return self._evaluate(
            queries=queries, keys=keys, bank=bank, centroids=centroids,
            concentrations=concentrations, assignments=assignments, negatives=negatives, **tensors
        )


class HCSC(Objective):
    """HCSC (Guo et al. 2022): negatives selected at each level of a hierarchy of prototypes.

    For each level as `ProtoNCE`, with instance_mask [N, K] and prototype_mask [N, r], of which 1
    selects. Gradients for the queries [N, D].
    """

    method = "hcsc"

    def __init__(
        self,
        temperature: float = 0.2,
        *,
        unselected: str = "exclude",
        instance_levels: str = "mean",
        reduction: str = "mean",
        normalize: bool = False,
        group: Any = None,
        threads: int | None = None,
        **negatives: Any,
    ) -> None:
        super().__init__(
            temperature=temperature, unselected=unselected, instance_levels=instance_levels, reduction=reduction, normalize=normalize, group=group, threads=threads, **negatives,
        )

    def forward(
        self, queries: Tensor, keys: Tensor, bank: Bank, centroids: Tensors, concentrations: Tensors,
        assignments: Tensors, negatives: Tensors, instance_mask: Tensors,
        prototype_mask: Tensors | None = None, **tensors: Tensor
    ) -> Tensor:
        """The loss."""
        return self._evaluate(
            queries=queries, keys=keys, bank=bank, centroids=centroids,
            concentrations=concentrations, assignments=assignments, negatives=negatives,
            instance_mask=instance_mask, prototype_mask=prototype_mask, **tensors
        )


class LooC(Objective):
    """LooC (Xiao et al. 2021): a space for each augmentation that must not be forgotten.

    Queries [B, S, D], keys [B, S, S, D] (image, view, space), bank [S, K, D]. Gradients for the
    queries.
    """

    method = "looc"

    def __init__(
        self,
        temperature: float = 0.2,
        *,
        reduction: str = "mean",
        normalize: bool = False,
        group: Any = None,
        threads: int | None = None,
        **negatives: Any,
    ) -> None:
        super().__init__(
            temperature=temperature, reduction=reduction, normalize=normalize, group=group, threads=threads, **negatives,
        )

    def forward(
        self, queries: Tensor, keys: Tensor, bank: Tensor, **tensors: Tensor
    ) -> Tensor:
        """The loss."""
        return self._evaluate(
            queries=queries, keys=keys, bank=bank, **tensors
        )


class FNC(Objective):
    """False negative cancellation (Huynh et al. 2022): likely false negatives are attracted or excluded.

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
        reduction: str = "mean",
        normalize: bool = False,
        group: Any = None,
        threads: int | None = None,
        **negatives: Any,
    ) -> None:
        super().__init__(
            temperature=temperature, top_k=top_k, threshold=threshold, aggregate=aggregate, mode=mode, reduction=reduction, normalize=normalize, group=group, threads=threads, **negatives,
        )

    def forward(
        self, embeddings: Tensor, support: Tensor | None = None, bank: Bank | None = None, **tensors: Tensor
    ) -> Tensor:
        """The loss."""
        return self._evaluate(
            embeddings=embeddings, support=support, bank=bank, **tensors
        )


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
        reduction: str = "mean",
        normalize: bool = False,
        group: Any = None,
        threads: int | None = None,
    ) -> None:
        super().__init__(
            temperature=temperature, background=background, positives=positives, steps=steps, weight=weight, epsilon=epsilon, exact_background=exact_background, reduction=reduction, normalize=normalize, group=group, threads=threads,
        )

    def forward(
        self, queries: Tensor, bank: Bank, indices: Tensor, neighbors: Tensor
    ) -> Tensor:
        """The loss."""
        return self._evaluate(
            queries=queries, bank=bank, indices=indices, neighbors=neighbors
        )


class HCL(Objective):
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
        reduction: str = "mean",
        normalize: bool = False,
        group: Any = None,
        threads: int | None = None,
        **negatives: Any,
    ) -> None:
        super().__init__(
            temperature=temperature, tau_plus=tau_plus, beta=beta, detach_weights=detach_weights, reduction=reduction, normalize=normalize, group=group, threads=threads, **negatives,
        )

    def forward(
        self, view1: Tensor, view2: Tensor, **tensors: Tensor
    ) -> Tensor:
        """The loss."""
        return self._evaluate(
            view1=view1, view2=view2, **tensors
        )


class DCL(Objective):
    """Debiased contrast (Chuang et al. 2020): `HCL` with beta 0. Both views [N, D], N at least 2.
    """

    method = "dcl"

    def __init__(
        self,
        temperature: float = 0.5,
        *,
        tau_plus: float = 0.1,
        reduction: str = "mean",
        normalize: bool = False,
        group: Any = None,
        threads: int | None = None,
        **negatives: Any,
    ) -> None:
        super().__init__(
            temperature=temperature, tau_plus=tau_plus, reduction=reduction, normalize=normalize, group=group, threads=threads, **negatives,
        )

    def forward(
        self, view1: Tensor, view2: Tensor, **tensors: Tensor
    ) -> Tensor:
        """The loss."""
        return self._evaluate(
            view1=view1, view2=view2, **tensors
        )


class MoCHi(Objective):
    """MoCHi (Kalantidis et al. 2020): InfoNCE with a bank and mixed hard negatives, as given.

    pairs [N, s, 2] and query_pairs [N, t] are bank rows, pair_weights [N, s] and query_weights
    [N, t] the shares. `InfoNCE(mix=…, mix_queries=…)` draws them. Gradients for the queries.
    """

    method = "mochi"

    def __init__(
        self,
        temperature: float = 0.2,
        *,
        reduction: str = "mean",
        normalize: bool = False,
        group: Any = None,
        threads: int | None = None,
        **negatives: Any,
    ) -> None:
        super().__init__(
            temperature=temperature, reduction=reduction, normalize=normalize, group=group, threads=threads, **negatives,
        )

    def forward(
        self, queries: Tensor, keys: Tensor, bank: Bank, pairs: Tensor, pair_weights: Tensor,
        query_pairs: Tensor, query_weights: Tensor, **tensors: Tensor
    ) -> Tensor:
        """The loss."""
        return self._evaluate(
            queries=queries, keys=keys, bank=bank, pairs=pairs, pair_weights=pair_weights,
            query_pairs=query_pairs, query_weights=query_weights, **tensors
        )


class CNS(Objective):
    """CNS (Wu et al. 2021): InfoNCE against a ring of the bank's rows by similarity.

    The ring is between the fractions `inner` and `outer` by rank. Gradients for the queries.
    """

    method = "cns"

    def __init__(
        self,
        temperature: float = 0.07,
        *,
        outer: float = 0.1,
        inner: float = 0.1,
        inner_mode: str = "dynamic",
        reduction: str = "mean",
        normalize: bool = False,
        group: Any = None,
        threads: int | None = None,
        **negatives: Any,
    ) -> None:
        super().__init__(
            temperature=temperature, outer=outer, inner=inner, inner_mode=inner_mode, reduction=reduction, normalize=normalize, group=group, threads=threads, **negatives,
        )

    def forward(
        self, queries: Tensor, keys: Tensor, bank: Bank, ring_draws: Tensor | None = None, **tensors: Tensor
    ) -> Tensor:
        """The loss."""
        return self._evaluate(
            queries=queries, keys=keys, bank=bank, ring_draws=ring_draws, **tensors
        )


class ReSSL(Objective):
    """ReSSL (Zheng et al. 2021): relate to the bank as the key does. Gradients for the queries.
    """

    method = "ressl"

    def __init__(
        self,
        temperature: float = 0.1,
        *,
        target_temperature: float = 0.04,
        reduction: str = "mean",
        normalize: bool = False,
        group: Any = None,
        threads: int | None = None,
    ) -> None:
        super().__init__(
            temperature=temperature, target_temperature=target_temperature, reduction=reduction, normalize=normalize, group=group, threads=threads,
        )

    def forward(
        self, queries: Tensor, keys: Tensor, bank: Bank
    ) -> Tensor:
        """The loss."""
        return self._evaluate(
            queries=queries, keys=keys, bank=bank
        )


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
        reduction: str = "mean",
        normalize: bool = False,
        learnable_temperature: bool = False,
        group: Any = None,
        threads: int | None = None,
    ) -> None:
        super().__init__(
            temperature=temperature, target_temperature=target_temperature, lambda_=lambda_, self_=self_, reduction=reduction, normalize=normalize, learnable_temperature=learnable_temperature, group=group, threads=threads,
        )

    def forward(
        self, queries: Tensor, keys: Tensor, bank: Bank | None = None
    ) -> Tensor:
        """The loss."""
        return self._evaluate(
            queries=queries, keys=keys, bank=bank
        )


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
        reduction: str = "mean",
        normalize: bool = False,
        learnable_temperature: bool = False,
        learnable_bias: bool = False,
        group: Any = None,
        threads: int | None = None,
    ) -> None:
        super().__init__(
            temperature=temperature, bias=None if learnable_bias else bias, reduction=reduction,
            normalize=normalize, learnable_temperature=learnable_temperature, group=group,
            threads=threads,
        )
        self.logit_bias = nn.Parameter(torch.tensor(float(bias))) if learnable_bias else None

    def _scalars(self) -> dict[str, Tensor]:
        scalars = super()._scalars()
        if self.logit_bias is not None:
            scalars["bias"] = self.logit_bias
        return scalars

    def forward(self, queries: Tensor, keys: Tensor) -> Tensor:
        """The loss."""
        return self._evaluate(queries=queries, keys=keys)
