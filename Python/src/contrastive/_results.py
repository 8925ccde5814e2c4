"""Options as the library reads them, and its results as Python objects."""

from __future__ import annotations

import ctypes
import json
import math
from ctypes import c_void_p
from typing import Any

import numpy as np

from ._errors import ContrastiveError
from ._library import Tensor, library
from ._tensors import Array, copied


def given(**options: Any) -> bytes:
    """Options as the library reads them, those that are None left out."""
    read = {
        name.rstrip("_").replace("_", "-"): plain(name, value)
        for name, value in options.items()
        if value is not None
    }
    return json.dumps(read, allow_nan=False).encode()


def plain(name: str, value: Any) -> Any:
    """An option's value as JSON has it: numpy's numbers as Python's, tuples as lists.

    Raises:
        ContrastiveError: a value that JSON has not, NaN and infinities among them.
    """
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, (float, np.floating)):
        number = float(value)
        if not math.isfinite(number):
            raise ContrastiveError(f"{name}: found {number}, expected a finite number", name)
        return number
    if isinstance(value, (tuple, list)):
        return [plain(name, item) for item in value]
    raise ContrastiveError(
        f"{name}: found a {type(value).__name__}, expected a number, a word, True or False", name
    )


class ResultHandle:
    """Where a call puts its result; taken over by Python when it is done."""

    def __init__(self) -> None:
        self._handle = c_void_p()
        self.place = ctypes.byref(self._handle)

    def take(self) -> tuple[dict[str, Any], dict[str, Array]]:
        """The report and the tensors; the handle is then empty."""
        try:
            report: dict[str, Any] = json.loads(library.result_json(self._handle))
            tensors = {}
            for place in range(library.result_count(self._handle)):
                tensor = Tensor()
                library.result_tensor(self._handle, place, ctypes.byref(tensor))
                name, array = copied(tensor)
                tensors[name] = array
            return report, tensors
        finally:
            library.result_free(self._handle)
            self._handle = c_void_p()
