"""Several processes that work on calls together, through a communicator of mpi4py."""

from __future__ import annotations

import ctypes
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

import numpy as np

from ._library import EXCHANGE, Group, Message

#: Bytes of a message at most; longer ones go in pieces.
_PIECE = 1 << 30


class Communicator(Protocol):
    """What is used of mpi4py's `Comm`."""

    def Get_rank(self) -> int: ...
    def Get_size(self) -> int: ...
    def Dup(self) -> Any: ...
    def Free(self) -> Any: ...
    def Isend(self, buf: Any, dest: int, tag: int = 0) -> Any: ...
    def Irecv(self, buf: Any, source: int, tag: int = 0) -> Any: ...
    def Abort(self, errorcode: int = 0) -> Any: ...


class _Shared:
    """A group as the library sees it, for as long as `sharing` lasts."""

    def __init__(self, communicator: Communicator) -> None:
        self._communicator = communicator
        self.group = Group(
            communicator.Get_rank(), communicator.Get_size(), EXCHANGE(self._exchange), None)

    def _exchange(
        self, _: Any, sending: Any, sending_count: int, receiving: Any, receiving_count: int
    ) -> None:
        try:
            receive, send = self._communicator.Irecv, self._communicator.Isend
            requests = [
                receive(piece, source=message.rank)
                for message in receiving[:receiving_count]
                for piece in _pieces(message)
            ]
            requests += [
                send(piece, dest=message.rank)
                for message in sending[:sending_count]
                for piece in _pieces(message)
            ]
            for request in requests:
                request.Wait()
        except BaseException:
            # The library cannot go on without the messages, nor the other processes without it.
            traceback.print_exc()
            self._communicator.Abort(70)


def _pieces(message: Message) -> Iterator[Any]:
    for start in range(0, message.count, _PIECE):
        size = min(_PIECE, message.count - start)
        yield np.ctypeslib.as_array(
            (ctypes.c_uint8 * size).from_address(message.bytes + start))


_current: ContextVar[_Shared | None] = ContextVar("contrastive_processes", default=None)


def current_group() -> Any:
    """A pointer to the group of the calls being made, or None."""
    shared = _current.get()
    return None if shared is None else ctypes.pointer(shared.group)


@contextmanager
def sharing(communicator: Communicator) -> Iterator[None]:
    """Shares the work of calls with the other processes of a communicator, to the same bits.

    Every process makes the same calls in the same order, with the same inputs and options, and gets
    the whole result: the one of a process alone, byte for byte. `loss` (and the losses of
    `contrastive.torch`), `knn`, `knn_graph`, `kmeans`, `duplicates`, `semantic_deduplication`,
    `mine`, `score` and `adapt` share their work; other calls refuse a communicator of more than one
    process.

        from mpi4py import MPI
        with ct.sharing(MPI.COMM_WORLD):
            clustering = ct.kmeans(points, 1000)

    What goes wrong in a message ends the job. An error of one process alone leaves the others
    waiting for its messages; `mpirun -n 4 python -m mpi4py script.py` ends the job then.

    Args:
        communicator: an intracommunicator of mpi4py, or what has its Get_rank, Get_size, Dup, Free,
            Isend, Irecv and Abort. Its duplicate is used: messages of your own may be under way.

    Raises:
        ContrastiveError: by calls that do not share their work.
    """
    own = communicator.Dup()
    token = _current.set(_Shared(own))
    try:
        yield
    finally:
        _current.reset(token)
        own.Free()
