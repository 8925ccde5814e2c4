"""Arrays on their way to the library and back."""

from __future__ import annotations

import ctypes
import operator
import signal
import threading
from collections.abc import Callable, Sequence
from ctypes import c_int64
from typing import TYPE_CHECKING, Any, Optional

import numpy as np

from ._errors import ContrastiveError, check
from ._library import PROGRESS, Control, Tensor
from ._processes import current_group

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]
else:
    Array = np.ndarray  # numpy.typing takes a while to import.
Progress = Callable[[int, float], Optional[bool]]

BANK = 100
_CODES = {
    "float32": 0,
    "float64": 1,
    "float16": 2,
    "bfloat16": 3,
    "int8": 4,
    "int16": 5,
    "int32": 6,
    "int64": 7,
    "uint8": 8,
    "uint16": 9,
    "uint32": 10,
    "uint64": 11,
    "bool": 12,
}
_DTYPES = {code: name for name, code in _CODES.items()}


def as_array(value: Any, name: str) -> Array:
    """An array of whatever holds one, without a copy where that can be.

    numpy's own, DLPack's (`torch.Tensor`, …), the buffer protocol's, and nested lists.
    """
    if isinstance(value, np.ndarray):
        array: Array = value
    elif hasattr(value, "__dlpack__") and not hasattr(value, "__array_interface__"):
        # Tensors of autograd are read, not followed.
        detached = value.detach() if hasattr(value, "detach") else value
        try:
            array = np.from_dlpack(detached)
        except (BufferError, RuntimeError, TypeError, AttributeError):
            array = np.asarray(_moved(detached, name))
    else:
        array = np.asarray(value)
    if array.dtype.name not in _CODES:
        raise ContrastiveError(
            f"{name}: found elements of type {array.dtype}, expected numbers", name
        )
    if not array.dtype.isnative or any(step % array.itemsize for step in array.strides):
        array = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("=")))
    return array


def _moved(value: Any, name: str) -> Any:
    """What DLPack does not hand over: on the CPU, of its own type where numpy has that."""
    if not hasattr(value, "cpu"):
        return value
    here = value.cpu()
    try:
        return here.numpy()
    except TypeError:
        if not here.is_floating_point():
            raise ContrastiveError(
                f"{name}: found elements of type {here.dtype}, expected numbers", name
            ) from None
        # bfloat16 and floats of 8 bits, all of which float32 holds.
        return here.float().numpy()


def describe(array: Array, name: str) -> Tensor:
    """The array as the library takes it; keeps what it points to alive by itself."""
    rank = array.ndim
    lengths = (c_int64 * max(1, rank))(*array.shape)
    tensor = Tensor(name.encode(), array.ctypes.data, _CODES[array.dtype.name], rank, lengths, None)
    if not array.flags.c_contiguous:
        size = array.itemsize
        tensor.strides = (c_int64 * max(1, rank))(*(step // size for step in array.strides))
    tensor.owner = array
    return tensor


def describe_all(arrays: Sequence[tuple[str, Any]]) -> tuple[Any, int]:
    """Several tensors by name, in one piece of memory."""
    tensors = [
        value if isinstance(value, Tensor) else describe(as_array(value, name), name)
        for name, value in arrays
    ]
    for (name, _), tensor in zip(arrays, tensors):
        tensor.name = name.encode()
    table: Any = (Tensor * max(1, len(tensors)))(*tensors)
    table.owners = tensors
    return table, len(tensors)


def copied(tensor: Tensor) -> tuple[str, Array]:
    """A tensor of a result: its name and a copy of its elements."""
    shape = tuple(tensor.shape[axis] for axis in range(tensor.rank))
    dtype = np.dtype(_DTYPES[tensor.dtype])
    size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    data = ctypes.string_at(tensor.data, size) if size else b""
    return tensor.name.decode(), np.frombuffer(bytearray(data), dtype).reshape(shape)


def rows(value: Any, name: str) -> Array:
    """Rows of numbers."""
    array = as_array(value, name)
    if array.ndim != 2:
        raise ContrastiveError(
            f"{name}: found shape {list(array.shape)}, expected [rows, dimension]", name
        )
    return array


def keeps_zeros(zero_rows: str, option: str, normalizes: bool) -> bool:
    """Whether rows of zeros stay zeros, which only those can that an option normalizes."""
    if zero_rows not in ("refuse", "keep"):
        raise ContrastiveError(
            f"zero_rows: found {zero_rows!r}, expected refuse or keep", "zero_rows"
        )
    if zero_rows == "keep" and not normalizes:
        raise ContrastiveError(
            f"zero_rows: found 'keep', expected none without {option}", "zero_rows"
        )
    return zero_rows == "keep"


def whole(value: Any, name: str, least: int = -(2**63), most: int = 2**63 - 1) -> int:
    """A whole number that the library can be given: ctypes would cut off what is beyond."""
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or not least <= number <= most:
        raise ContrastiveError(
            f"{name}: found {value!r}, expected a whole number of {least} … {most}", name
        )
    return number


def number(value: Any, name: str) -> float:
    """A number that the library can be given."""
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ContrastiveError(f"{name}: found {value!r}, expected a number", name) from None


class Call:
    """One call: its threads, its progress, and Ctrl-C while it lasts.

    The library calls back about 20 times a second, which is when Python sees a signal. An interrupt
    ends the work; its handler then runs.
    """

    def __init__(self, threads: int | None, progress: Progress | None) -> None:
        if threads is not None and not 1 <= threads <= 1024:
            raise ContrastiveError(f"threads: found {threads}, expected 1 … 1024", "threads")
        self._progress = progress
        self._raised: BaseException | None = None
        self._interrupt: tuple[int, Any] | None = None
        self._is_main = threading.current_thread() is threading.main_thread()
        is_watched = progress is not None or self._is_main
        self._callback = PROGRESS(self._called) if is_watched else PROGRESS()
        self._group = current_group()
        self._control = Control(threads or 0, self._callback, None, self._group)
        self.control = ctypes.byref(self._control)

    def _called(self, _: Any, step: int, fraction: float) -> int:
        try:
            stops = self._progress(step, fraction) if self._progress else None
            return 1 if stops or self._interrupt else 0
        except BaseException as error:
            self._raised = self._raised or error
            return 1

    def run(self, function: Any, *arguments: Any) -> None:
        """Calls a function of the library and raises what goes wrong."""
        handler = signal.getsignal(signal.SIGINT) if self._is_main else None
        if not callable(handler):
            status = function(*arguments)
        else:
            signal.signal(signal.SIGINT, lambda number, frame: self._note(number, frame))
            try:
                status = function(*arguments)
            finally:
                signal.signal(signal.SIGINT, handler)
            if self._interrupt is not None:
                handler(*self._interrupt)
        if self._raised is not None:
            raise self._raised
        check(status)

    def _note(self, number: int, frame: Any) -> None:
        self._interrupt = (number, frame)


__all__ = [
    "BANK", "Array", "Call", "Progress", "as_array", "copied", "describe", "describe_all",
    "keeps_zeros", "number", "rows", "whole",
]
