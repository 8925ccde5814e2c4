"""Memory banks as modules: their state is in `state_dict`."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class MemoryBank(nn.Module):
    """A bank of unit embeddings that knows its samples.

    `state_dict` carries rows, ids, steps, the pointer and the step of the last write. With
    DistributedDataParallel each rank has its own: pass `broadcast_buffers=False`.
    """

    data: Tensor
    slot_ids: Tensor
    slot_steps: Tensor
    pointer: Tensor
    last_step: Tensor

    def __init__(self, capacity: int, dimension: int) -> None:
        super().__init__()
        if capacity < 1 or dimension < 1:
            raise ValueError(
                f"found capacity {capacity}, dimension {dimension}, expected 1 or more"
            )
        self.capacity, self.dimension = capacity, dimension
        self.register_buffer("data", torch.zeros(capacity, dimension))
        self.register_buffer("slot_ids", torch.full((capacity,), -1, dtype=torch.int64))
        self.register_buffer("slot_steps", torch.full((capacity,), -1, dtype=torch.int64))
        self.register_buffer("pointer", torch.zeros((), dtype=torch.int64))
        self.register_buffer("last_step", torch.full((), -1, dtype=torch.int64))

    def __len__(self) -> int:
        return int((self.slot_steps >= 0).sum())

    @property
    def rows(self) -> Tensor:
        """The embeddings that are written, [len, dimension], without a copy."""
        return self.data[: len(self)]

    @property
    def ids(self) -> Tensor:
        """The sample of each row; −1 where unknown."""
        return self.slot_ids[: len(self)]

    @property
    def ages(self) -> Tensor:
        """Steps between each row's write and the last one."""
        return self.last_step - self.slot_steps[: len(self)]

    def _checked(self, embeddings: Tensor, ids: Tensor | None) -> Tensor:
        if embeddings.dim() != 2 or embeddings.shape[1] != self.dimension:
            raise ValueError(
                f"embeddings: found shape {list(embeddings.shape)}, expected [n, {self.dimension}]"
            )
        if ids is not None and ids.shape != embeddings.shape[:1]:
            raise ValueError(
                f"ids: found shape {list(ids.shape)}, expected [{embeddings.shape[0]}]"
            )
        rows = embeddings.detach().to(self.data.device, torch.float32)
        norms = rows.double().norm(dim=1, keepdim=True)
        if not bool(torch.isfinite(norms).all()):
            raise ValueError("embeddings: found a row that is not finite")
        if bool((norms == 0).any()):
            raise ValueError(f"embeddings: found norm 0 at row {int((norms == 0).nonzero()[0, 0])}")
        unit: Tensor = (rows.double() / norms).float()
        return unit


class QueueBank(MemoryBank):
    """The newest embeddings push out the oldest (MoCo's queue, He et al. 2020).

    Args:
        capacity: most rows it holds.
        dimension: of the embeddings.
    """

    @torch.no_grad()
    def enqueue(self, embeddings: Tensor, ids: Tensor | None = None) -> None:
        """Writes rows [any number, dimension] over the oldest, each divided by its norm."""
        rows = self._checked(embeddings, ids)
        step = self.last_step + 1
        first = max(0, rows.shape[0] - self.capacity)
        count = rows.shape[0] - first
        start = (int(self.pointer) + first) % self.capacity
        places = (torch.arange(count, device=self.data.device) + start) % self.capacity
        self.data[places] = rows[first:]
        self.slot_ids[places] = -1 if ids is None else ids[first:].to(self.slot_ids)
        self.slot_steps[places] = step
        self.pointer.fill_((start + count) % self.capacity)
        self.last_step.copy_(step)


class SampleBank(MemoryBank):
    """A slot for each sample of a data set, which follows its embedding (Wu et al. 2018).

    v_i ← (m · v_i + (1 − m) · x) / ‖m · v_i + (1 − m) · x‖; the first embedding is kept as it is.
    All rows count as written: slots start as random unit rows drawn from `seed`.

    Args:
        samples: of the data set.
        dimension: of the embeddings.
        momentum: m, from 0 to below 1.
        seed: of the first rows.
    """

    def __init__(self, samples: int, dimension: int, momentum: float = 0.5, seed: int = 0) -> None:
        super().__init__(samples, dimension)
        self.momentum = momentum
        draw = torch.randn(samples, dimension, generator=torch.Generator().manual_seed(seed))
        self.data.copy_(torch.nn.functional.normalize(draw))
        self.slot_ids.copy_(torch.arange(samples))

    @property
    def rows(self) -> Tensor:
        """The embeddings, [samples, dimension]."""
        return self.data

    @property
    def ids(self) -> Tensor:
        """The samples: 0, 1, …"""
        return self.slot_ids

    @torch.no_grad()
    def update(self, embeddings: Tensor, ids: Tensor) -> None:
        """Moves the rows of some samples toward their embeddings [n, dimension]."""
        rows = self._checked(embeddings, ids)
        step = self.last_step + 1
        for row, sample in zip(rows, ids.tolist()):
            if not 0 <= sample < self.capacity:
                raise ValueError(f"ids: found {sample}, expected 0 … {self.capacity - 1}")
            if int(self.slot_steps[sample]) >= 0:
                row = self.momentum * self.data[sample] + (1 - self.momentum) * row
                row = row / row.norm()
            self.data[sample] = row
            self.slot_steps[sample] = step
        self.last_step.copy_(step)
