"""Memory banks."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

from ._errors import ContrastiveError, check
from ._library import BankState, Tensor, library
from ._neighbors import _at
from ._tensors import BANK, Array, as_array, rows, whole


class QueueBank:
    """The newest embeddings, of unit length: a first-in, first-out queue (MoCo, He et al. 2020).

    It can be the `bank` of `loss`, which then reads its rows where they are. Rows not yet written
    are no part of it.

    Args:
        capacity: most rows it holds.
        dimension: of the embeddings.
        half: keep rows as float16, in half the memory.
    """

    def __init__(self, capacity: int, dimension: int, *, half: bool = False) -> None:
        self._half = half
        self._handle = library.bank_create(
            whole(capacity, "capacity"), whole(dimension, "dimension"), int(half)
        )
        if not self._handle:
            raise ContrastiveError(
                library.error_message().decode(), library.error_argument().decode()
            )

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            library.bank_free(self._handle)

    def _state(self) -> BankState:
        state = BankState()
        check(library.bank_get_state(self._handle, ctypes.byref(state)))
        return state

    def enqueue(self, rows_: Any, *, ids: Any = None, step: int | None = None) -> None:
        """Writes rows [any number, dimension] over the oldest, each divided by its norm.

        Args:
            rows_: the embeddings.
            ids: int [rows], the sample of each, 0 or more; unknown without.
            step: when this is, 0 or more; without it, one after the last.
        """
        now = -1 if step is None else whole(step, "step", 0)
        array = rows(rows_, "rows")
        samples = None if ids is None else as_array(ids, "ids")
        check(
            library.bank_enqueue(
                self._handle, _at(array, "rows"), None if samples is None else _at(samples, "ids"),
                now,
            )
        )

    def __len__(self) -> int:
        return int(self._state().count)

    @property
    def capacity(self) -> int:
        """Most rows it holds."""
        return int(self._state().capacity)

    @property
    def dimension(self) -> int:
        """The embeddings' dimension."""
        return int(self._state().dimension)

    def _read(self) -> tuple[Array, Array, Array, BankState]:
        state = self._state()
        found = np.empty((state.count, state.dimension), np.float32)
        ids, steps = np.empty(state.count, np.int64), np.empty(state.count, np.int64)
        check(
            library.bank_read(
                self._handle, _at(found, "rows"), _at(ids, "ids"), _at(steps, "steps")
            )
        )
        return found, ids, steps, state

    @property
    def rows(self) -> Array:
        """A copy of the embeddings, float32 [len, dimension]; row i is slot i."""
        return self._read()[0]

    @property
    def ids(self) -> Array:
        """The sample of each row, int64 [len]; −1 where unknown."""
        return self._read()[1]

    @property
    def ages(self) -> Array:
        """Steps between each row's write and the last one, int64 [len]."""
        _, _, steps, state = self._read()
        return np.asarray(state.last_step - steps)

    def _as_tensor(self) -> Tensor:
        state = self._state()
        if state.count == 0:
            raise ContrastiveError("bank: found a bank with no row written yet", "bank")
        shape = (ctypes.c_int64 * 2)(state.count, state.dimension)
        tensor = Tensor(b"bank", self._handle, BANK, 2, shape, None)
        tensor.owner = self
        return tensor

    def __getstate__(self) -> dict[str, Any]:
        found, ids, steps, state = self._read()
        return {
            "half": self._half, "capacity": state.capacity, "dimension": state.dimension,
            "rows": found, "ids": ids, "steps": steps, "next": state.next,
            "last_step": state.last_step,
        }

    def __setstate__(self, saved: dict[str, Any]) -> None:
        QueueBank.__init__(self, saved["capacity"], saved["dimension"], half=saved["half"])
        state = BankState(
            saved["capacity"], saved["dimension"], len(saved["rows"]), saved["next"],
            saved["last_step"],
        )
        check(
            library.bank_restore(
                self._handle, _at(saved["rows"], "rows"), _at(saved["ids"], "ids"),
                _at(saved["steps"], "steps"), ctypes.byref(state),
            )
        )

    def __repr__(self) -> str:
        return f"QueueBank(capacity={self.capacity}, dimension={self.dimension}, rows={len(self)})"
