"""What all objectives share as modules."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from .._methods import METHODS, NUMBERED
from .._results import given, plain
from ._banks import MemoryBank
from ._distributed import sharded
from ._op import evaluate

Bank = "Tensor | MemoryBank"


class Objective(nn.Module):
    """A loss of embeddings as a module; subclasses say of what.

    Args:
        reduction: "mean", "sum" of the rows' losses, or "none": the rows' losses.
        normalize: divide each embedding row by its norm first.
        zero_rows: whether normalizing refuses rows of zeros, or with "keep" leaves them zeros.
        learnable_temperature: make `logit_scale`, the logarithm of 1 / temperature, a parameter.
        group: a `torch.distributed` process group: negatives of all its ranks. The value is then
            the mean over the rank's own rows (times ranks × own rows / all rows where these
            differ), and gradients are those of the sum of all ranks' values, which
            DistributedDataParallel's averaging turns into the one-process gradient.
        threads: all processors without; no effect on the result.
        options: the method's other options as in `contrastive.loss`, such as
            `false_negatives_top=5`, `ring=(0.1, 0.5)`, `mix=16`, `beta=1.0`.

    Inputs on another device are copied to the CPU and gradients back. Float16 and bfloat16 inputs
    get gradients of their own type. What the method takes as a constant gets no gradient.
    """

    method: ClassVar[str]

    def __init__(
        self,
        *,
        reduction: str = "mean",
        normalize: bool = False,
        zero_rows: str = "refuse",
        learnable_temperature: bool = False,
        group: Any = None,
        threads: int | None = None,
        **options: Any,
    ) -> None:
        super().__init__()
        if reduction not in ("mean", "sum", "none"):
            raise ValueError(f"reduction: found {reduction!r}, expected mean, sum or none")
        if reduction != "mean" and self.method == "swav":
            raise ValueError("reduction: the value of swav is no mean of rows, so it must be mean")
        if reduction != "mean" and group is not None:
            raise ValueError(f"reduction: found {reduction!r}, expected mean with a group")
        if learnable_temperature and "temperature" not in METHODS[self.method].scalars:
            raise ValueError(f"learnable_temperature: {self.method} has no gradient for it")
        self.reduction = reduction
        self.group = group
        self._given = {k.rstrip("_"): plain(k, v) for k, v in options.items() if v is not None}
        if normalize:
            self._given["normalize"] = True
        if zero_rows != "refuse":
            self._given["zero_rows"] = zero_rows
        if threads is not None:
            self._given["threads"] = threads
        self.logit_scale: nn.Parameter | None = None
        if learnable_temperature:
            temperature = self._given.pop("temperature")
            self.logit_scale = nn.Parameter(torch.tensor(math.log(1 / temperature)))
        self._text = given(**self._given).decode()

    @property
    def temperature(self) -> float:
        """The temperature, also while it is learned."""
        if self.logit_scale is not None:
            return math.exp(-float(self.logit_scale))
        return float(self._given["temperature"])

    def extra_repr(self) -> str:
        """The options that are not the method's defaults' concern."""
        return ", ".join(f"{name}={value}" for name, value in self._given.items())

    def _scalars(self) -> dict[str, Tensor]:
        if self.logit_scale is None:
            return {}
        return {"temperature": torch.exp(-self.logit_scale)}

    def _evaluate(self, **inputs: Any) -> Tensor:
        names: list[str] = []
        tensors: list[Tensor] = []
        device = None
        for name, value in inputs.items():
            if value is None:
                continue
            if isinstance(value, MemoryBank):
                value = value.rows
            numbered = name in NUMBERED
            for place, item in enumerate(value if numbered else [value]):
                if item is None:
                    continue
                tensor = item if isinstance(item, Tensor) else torch.as_tensor(item)
                device = device or tensor.device
                names.append(f"{name}.{place}" if numbered else name)
                tensors.append(tensor.cpu())
        for name, scalar in self._scalars().items():
            names.append(name)
            tensors.append(scalar.cpu())
        known = METHODS[self.method].gradients + METHODS[self.method].scalars
        wanted = [
            name
            for name, tensor in zip(names, tensors)
            if name in known and tensor.requires_grad and torch.is_grad_enabled()
        ]
        if self.group is not None:
            value = sharded(
                self.method, dict(zip(names, tensors)), self._given, wanted, self.group
            )
        else:
            found = evaluate(
                self.method, tensors, ",".join(names), self._text, ",".join(wanted)
            )
            value = found[0] if self.reduction == "mean" else found[1]
            if self.reduction == "sum":
                value = value.sum()
        result: Tensor = value if device is None else value.to(device)
        return result
