"""Negatives of all ranks with exact gradients."""

from __future__ import annotations

from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor

from ._op import run

#: Tensors of one row for each sample of the batch, by method; these are gathered.
_BATCH = {
    "nt-xent": ("view1", "view2"),
    "decoupled": ("view1", "view2"),
    "hcl": ("view1", "view2"),
    "dcl": ("view1", "view2"),
    "supcon": ("embeddings", "labels"),
    "siglip": ("queries", "keys"),
    "infonce": ("queries", "keys"),
    "sce": ("queries", "keys"),
    "fnc": ("embeddings",),
    "swav": ("views",),
}
#: The axis of the samples, where it is not the first.
_AXIS = {"fnc": 1, "swav": 1}
#: Options that draw for each row by its number, which is its number among all ranks' rows.
_DRAWS = {"ring_draws", "mix", "mix_queries"}

_Found = tuple[float, dict[str, Tensor], dict[str, Tensor]]


def _counts(rows: int, group: Any) -> list[int]:
    found = torch.zeros(dist.get_world_size(group), dtype=torch.int64)
    found[dist.get_rank(group)] = rows
    dist.all_reduce(found, group=group)
    return [int(count) for count in found]


def _gather(tensor: Tensor, counts: list[int], group: Any) -> Tensor:
    """The rows of all ranks in the ranks' order; ranks may have different numbers of rows."""
    widest = max(counts)
    padded = tensor.new_zeros((widest, *tensor.shape[1:]))
    padded[: tensor.shape[0]] = tensor
    pieces = [torch.empty_like(padded) for _ in counts]
    dist.all_gather(pieces, padded.contiguous(), group=group)
    return torch.cat([piece[:count] for piece, count in zip(pieces, counts)])


class _Shard:
    """What one rank computes: its share of the value and gradients of its and others' rows."""

    def __init__(
        self, method: str, tensors: dict[str, Tensor], options: dict[str, Any], wanted: list[str],
        group: Any,
    ) -> None:
        self.method, self.options, self.wanted, self.group = method, options, wanted, group
        self.axis = _AXIS.get(method, 0)
        gathered = () if "bank" in tensors else _BATCH.get(method, ())
        self.names = [name for name in gathered if name in tensors]
        local = {"pair_terms", "support", "ring_draws"} & tensors.keys()
        if self.names and local:
            raise ValueError(f"{min(local)}: found one with a group, whose rows are of all ranks")
        first = next(iter(tensors.values())) if not self.names else tensors[self.names[0]]
        self.counts = _counts(int(first.shape[self.axis]), group)
        self.rank = dist.get_rank(group)
        self.start = sum(self.counts[: self.rank])
        self.own = self.counts[self.rank]
        self.factor = len(self.counts) * self.own / sum(self.counts)

    def _evaluated(
        self, method: str, tensors: dict[str, Tensor], options: dict[str, Any], wanted: list[str]
    ) -> tuple[float, Any, dict[str, Tensor]]:
        found = run(method, list(tensors.values()), list(tensors), options, wanted)
        gradients = {
            name: torch.from_numpy(array).reshape(tensors[name].shape)
            for name, array in found.gradients.items()
        }
        return found.value, found.losses, gradients

    def evaluate(self, tensors: dict[str, Tensor]) -> _Found:
        """The value, gradients of own rows, and gradients of all ranks' rows that are to be added
        up over the ranks; of all with the factor in them."""
        if not self.names:
            return self._local(tensors)
        is_one_way = self.method == "infonce" and not self.options.get("symmetric")
        if is_one_way and not _DRAWS & self.options.keys():
            return self._rectangle(tensors)
        return self._whole(tensors)

    def _local(self, tensors: dict[str, Tensor]) -> _Found:
        """A bank is the rank's own: so is the objective."""
        value, _, gradients = self._evaluated(self.method, tensors, self.options, self.wanted)
        return value * self.factor, {n: g * self.factor for n, g in gradients.items()}, {}

    def _rectangle(self, tensors: dict[str, Tensor]) -> _Found:
        """Own queries against all keys: the keys of all ranks are the bank, in which each query's
        own key is left out."""
        keys = _gather(tensors["keys"].detach(), self.counts, self.group)
        own = torch.arange(self.own)
        shard = {
            **tensors,
            "bank": keys,
            "pair_terms": torch.stack([own, own + self.start], dim=1),
            "pair_term_weights": torch.zeros(self.own),
        }
        wanted = [*self.wanted, *(["bank"] if "keys" in self.wanted else [])]
        value, _, found = self._evaluated("infonce", shard, self.options, wanted)
        scaled = {name: gradient * self.factor for name, gradient in found.items()}
        shared = {"keys": scaled.pop("bank")} if "bank" in scaled else {}
        return value * self.factor, scaled, shared

    def _whole(self, tensors: dict[str, Tensor]) -> _Found:
        """The objective of all ranks' rows, of which each rank keeps its own part."""
        whole = {
            name: self._moved(
                _gather(self._moved(t.detach()).contiguous(), self.counts, self.group)
            )
            if name in self.names
            else t
            for name, t in tensors.items()
        }
        value, losses, found = self._evaluated(self.method, whole, self.options, self.wanted)
        ranks, total = len(self.counts), sum(self.counts)
        gradients = {}
        for name, gradient in found.items():
            if name in self.names:
                gradient = gradient.narrow(self.axis, self.start, self.own)
                gradients[name] = gradient * ranks
            else:
                # A parameter: each rank bears its part, which averaging over ranks makes whole.
                gradients[name] = gradient
        if losses is None:
            return value, gradients, {}
        rows = torch.from_numpy(losses).reshape(-1, total)[:, self.start : self.start + self.own]
        return float(rows.sum()) * ranks / losses.size, gradients, {}

    def _moved(self, tensor: Tensor) -> Tensor:
        return tensor.transpose(0, self.axis) if self.axis else tensor


class _Sharded(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, shard: _Shard, names: list[str], *tensors: Tensor) -> Tensor:
        value, own, shared = shard.evaluate(dict(zip(names, tensors)))
        ctx.shard, ctx.names, ctx.own, ctx.shared = shard, names, own, shared
        ctx.types = [t.dtype for t in tensors]
        return torch.tensor(value, dtype=torch.float32)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Any:
        shard: _Shard = ctx.shard
        result: dict[str, Tensor] = {n: g * grads[0].to(g.dtype) for n, g in ctx.own.items()}
        for name, gradient in ctx.shared.items():
            total = gradient * grads[0].to(gradient.dtype)
            dist.all_reduce(total, group=shard.group)
            own = total[shard.start : shard.start + shard.own]
            result[name] = result[name] + own if name in result else own
        found = [
            result[name].to(dtype) if name in result else None
            for name, dtype in zip(ctx.names, ctx.types)
        ]
        return None, None, *found


def sharded(
    method: str, tensors: dict[str, Tensor], options: dict[str, Any], wanted: list[str], group: Any
) -> Tensor:
    """A rank's value of an objective over all ranks' rows."""
    shard = _Shard(method, tensors, options, wanted, group)
    # PyTorch does not say what it takes.
    apply: Any = _Sharded.apply
    value: Tensor = apply(shard, list(tensors), *tensors.values())
    return value
