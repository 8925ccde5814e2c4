"""Results of the library as Python objects."""

from __future__ import annotations

import ctypes
import json
from ctypes import c_void_p
from typing import Any

from ._library import Tensor, library
from ._tensors import Array, copied


def given(**options: Any) -> bytes:
    """Options as the library reads them, those that are None left out."""
    plain = {name.replace("_", "-"): value for name, value in options.items() if value is not None}
    return json.dumps(plain).encode()


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
