"""Losses that take the place of lightly's own."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ._banks import QueueBank
from ._objectives import InfoNCE, NTXent


class NTXentLoss(nn.Module):
    """In the place of `lightly.loss.NTXentLoss`.

    The same value and gradients, without the matrix of all views. A memory bank starts empty, where
    lightly's starts with random rows; while it is empty, negatives are the batch's. With
    `gather_distributed` it stays the rank's own.

    Args:
        temperature: divides the cosines.
        memory_bank_size: 0 for negatives of the batch; else rows of a queue of keys, or
            (rows, dimension).
        gather_distributed: negatives of all ranks, with exact gradients.
    """

    def __init__(
        self,
        temperature: float = 0.5,
        memory_bank_size: int | Sequence[int] = 0,
        gather_distributed: bool = False,
    ) -> None:
        super().__init__()
        if abs(temperature) < 1e-8:
            raise ValueError(f"temperature: found {temperature}, expected above 0")
        group = torch.distributed.group.WORLD if gather_distributed else None
        sizes = [memory_bank_size] if isinstance(memory_bank_size, int) else list(memory_bank_size)
        self.temperature = temperature
        self._size = sizes[0]
        self.memory_bank: QueueBank | None = (
            QueueBank(sizes[0], sizes[1]) if len(sizes) > 1 and sizes[0] else None
        )
        self._views = NTXent(temperature=temperature, normalize=True, group=group)
        self._banked = InfoNCE(temperature=temperature, normalize=True, group=group)

    def forward(self, out0: Tensor, out1: Tensor) -> Tensor:
        """The loss of two views [N, D]; with a memory bank, out1 is then put into it."""
        if not self._size:
            value: Tensor = self._views(out0, out1)
            return value
        if self.memory_bank is None:
            self.memory_bank = QueueBank(self._size, out1.shape[1]).to(out1.device)
        bank = self.memory_bank.rows
        found: Tensor = self._banked(out0, out1, bank if len(bank) else None)
        if out0.requires_grad:
            self.memory_bank.enqueue(out1)
        return found
