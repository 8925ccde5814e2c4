"""Memory banks as modules: their state is in `state_dict`."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .._errors import ContrastiveError


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
        for name, count in (("capacity", capacity), ("dimension", dimension)):
            if count < 1:
                raise ContrastiveError(f"{name}: found {count}, expected at least 1", name)
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
            raise ContrastiveError(
                f"embeddings: found shape {list(embeddings.shape)}, expected [n, {self.dimension}]",
                "embeddings",
            )
        if ids is not None and ids.shape != embeddings.shape[:1]:
            raise ContrastiveError(
                f"ids: found shape {list(ids.shape)}, expected [{embeddings.shape[0]}]", "ids"
            )
        rows = embeddings.detach().to(self.data.device, torch.float32)
        norms = rows.double().norm(dim=1, keepdim=True)
        if not bool(torch.isfinite(norms).all()):
            raise ContrastiveError("embeddings: found a row that is not finite", "embeddings")
        if bool((norms == 0).any()):
            raise _zero_norm(int((norms == 0).nonzero()[0, 0]))
        unit: Tensor = (rows.double() / norms).to(self.data.dtype)
        return unit


class QueueBank(MemoryBank):
    """The newest embeddings push out the oldest (MoCo's queue, He et al. 2020).

    Args:
        capacity: most rows it holds.
        dimension: of the embeddings.
    """

    @torch.no_grad()
    def enqueue(self, embeddings: Tensor, ids: Tensor | None = None) -> None:
        """Writes rows [any number, dimension] over the oldest, each divided by its norm.

        `ids` are whole numbers of 0 or more, the sample of each row; unknown without.
        """
        if ids is not None and (
            ids.is_floating_point() or bool((ids.to(torch.int64) < 0).any())
        ):
            raise ContrastiveError("ids: found other than whole numbers of 0 or more", "ids")
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
    All rows count as written: slots start as random unit rows drawn from `seed`, whose age is
    counted from before the first step.

    Args:
        samples: of the data set.
        dimension: of the embeddings.
        momentum: m, from 0 to below 1.
        seed: of the first rows.
    """

    def __init__(self, samples: int, dimension: int, momentum: float = 0.5, seed: int = 0) -> None:
        if samples < 1:
            raise ContrastiveError(f"samples: found {samples}, expected at least 1", "samples")
        if not 0 <= momentum < 1:
            raise ContrastiveError(f"momentum: found {momentum}, expected 0 ..< 1", "momentum")
        super().__init__(samples, dimension)
        self.momentum = momentum
        draw = torch.randn(samples, dimension, generator=torch.Generator().manual_seed(seed))
        self.data.copy_(torch.nn.functional.normalize(draw))
        self.slot_ids.copy_(torch.arange(samples))

    def __len__(self) -> int:
        return self.capacity

    @torch.no_grad()
    def update(self, embeddings: Tensor, ids: Tensor) -> None:
        """Moves the rows of some samples toward their embeddings [n, dimension]; all or none.

        Where a batch has a sample more than once, its last row counts. An embedding that cancels
        the row of its sample is refused.
        """
        rows = self._checked(embeddings, ids)
        # The last row of each sample.
        last = {sample: row for row, sample in enumerate(self._samples(ids))}
        places, chosen = (
            torch.tensor(list(found), dtype=torch.int64, device=self.data.device)
            for found in (last.keys(), last.values())
        )
        new, is_held = rows[chosen].double(), self.slot_steps[places] >= 0
        moved = self.momentum * self.data[places].double() + (1 - self.momentum) * new
        norms = moved.norm(dim=1, keepdim=True)
        # What is left of two opposite rows is rounding, not a direction.
        canceled = is_held & ~(norms[:, 0] > 1e-6)
        if bool(canceled.any()):
            raise _zero_norm(int(chosen[canceled].min()))
        self.data[places] = torch.where(is_held[:, None], moved / norms, new).to(self.data.dtype)
        self.last_step += 1
        self.slot_steps[places] = self.last_step

    def _samples(self, ids: Tensor) -> list[int]:
        if ids.is_floating_point():
            raise ContrastiveError(
                f"ids: found elements of type {ids.dtype}, expected whole numbers", "ids"
            )
        samples: list[int] = ids.tolist()
        for position, sample in enumerate(samples):
            if not 0 <= sample < self.capacity:
                raise ContrastiveError(
                    f"ids: found {sample} at position {position}, expected 0 ..< {self.capacity}",
                    "ids",
                )
        return samples


def _zero_norm(row: int) -> ContrastiveError:
    return ContrastiveError(
        f"embeddings: found norm 0 at row {row}, expected a row that can be normalized",
        "embeddings",
    )
