"""The shared library as ctypes sees it: what contrastive.h declares."""

from __future__ import annotations

import ctypes
import os
from ctypes import (
    POINTER,
    c_char_p,
    c_double,
    c_float,
    c_int32,
    c_int64,
    c_size_t,
    c_uint64,
    c_void_p,
)
from typing import Any

ABI_VERSION = 2


class Tensor(ctypes.Structure):
    _fields_ = [
        ("name", c_char_p),
        ("data", c_void_p),
        ("dtype", c_int32),
        ("rank", c_int32),
        ("shape", POINTER(c_int64)),
        ("strides", POINTER(c_int64)),
    ]


PROGRESS = ctypes.CFUNCTYPE(c_int32, c_void_p, c_int32, c_double)


class Message(ctypes.Structure):
    _fields_ = [("rank", c_int32), ("bytes", c_void_p), ("count", c_size_t)]


EXCHANGE = ctypes.CFUNCTYPE(
    None, c_void_p, POINTER(Message), c_size_t, POINTER(Message), c_size_t)


class Group(ctypes.Structure):
    _fields_ = [
        ("rank", c_int32),
        ("size", c_int32),
        ("exchange", EXCHANGE),
        ("context", c_void_p),
    ]


class Control(ctypes.Structure):
    _fields_ = [
        ("threads", c_int32),
        ("progress", PROGRESS),
        ("context", c_void_p),
        ("group", POINTER(Group)),
    ]


class KMeansOptions(ctypes.Structure):
    _fields_ = [
        ("clusters", c_int64),
        ("iterations", c_int64),
        ("restarts", c_int64),
        ("seed", c_uint64),
        ("spherical", c_int32),
        ("zero_rows", c_int32),
    ]


class KMeansInfo(ctypes.Structure):
    _fields_ = [
        ("objective", c_double),
        ("iterations", c_int64),
        ("converged", c_int32),
        ("restart", c_int32),
    ]


class BankState(ctypes.Structure):
    _fields_ = [
        ("capacity", c_int64),
        ("dimension", c_int64),
        ("count", c_int64),
        ("next", c_int64),
        ("last_step", c_int64),
    ]


class AdapterInfo(ctypes.Structure):
    _fields_ = [("dimension", c_int64), ("hidden", c_int64), ("sides", c_int32)]


_tensor = POINTER(Tensor)
_control = POINTER(Control)
_result = POINTER(c_void_p)

_SIGNATURES: dict[str, tuple[Any, list[Any]]] = {
    "abi_version": (c_int32, []),
    "version": (c_char_p, []),
    "error_message": (c_char_p, []),
    "error_argument": (c_char_p, []),
    "result_json": (c_char_p, [c_void_p]),
    "result_count": (c_size_t, [c_void_p]),
    "result_tensor": (c_int32, [c_void_p, c_size_t, _tensor]),
    "result_free": (None, [c_void_p]),
    "loss": (
        c_int32,
        [
            c_char_p, _tensor, c_size_t, _tensor, c_size_t, c_char_p, _control, POINTER(c_double),
            _result,
        ],
    ),
    "bank_create": (c_void_p, [c_int64, c_int64, c_int32]),
    "bank_free": (None, [c_void_p]),
    "bank_enqueue": (c_int32, [c_void_p, _tensor, _tensor, c_int64]),
    "bank_get_state": (c_int32, [c_void_p, POINTER(BankState)]),
    "bank_read": (c_int32, [c_void_p, _tensor, _tensor, _tensor]),
    "bank_restore": (c_int32, [c_void_p, _tensor, _tensor, _tensor, POINTER(BankState)]),
    "knn": (c_int32, [_tensor, _tensor, c_int64, c_int32, _tensor, _tensor, _control]),
    "knn_graph": (c_int32, [_tensor, c_int64, c_int32, _tensor, _tensor, _control]),
    "kmeans": (
        c_int32,
        [
            _tensor, _tensor, POINTER(KMeansOptions), _tensor, _tensor, _tensor, _control,
            POINTER(KMeansInfo),
        ],
    ),
    "assign": (c_int32, [_tensor, _tensor, c_int32, _tensor, _tensor, _control]),
    "sinkhorn": (c_int32, [_tensor, c_float, c_int64, _tensor, _control]),
    "evaluate": (c_int32, [_tensor, c_size_t, c_char_p, _control, _result]),
    "audit": (c_int32, [_tensor, c_size_t, c_char_p, _control, _result]),
    "duplicates": (c_int32, [_tensor, c_char_p, _control, _result]),
    "mine": (c_int32, [_tensor, c_size_t, c_char_p, _control, _result]),
    "score": (c_int32, [_tensor, c_size_t, c_char_p, _control, _result]),
    "adapt": (c_int32, [_tensor, c_size_t, c_char_p, _control, _result, _result]),
    "adapter_read": (c_int32, [c_char_p, _result]),
    "adapter_write": (c_int32, [c_void_p, c_char_p]),
    "adapter_get_info": (c_int32, [c_void_p, POINTER(AdapterInfo)]),
    "adapter_apply": (c_int32, [c_void_p, _tensor, c_int32, _tensor, _control]),
    "adapter_free": (None, [c_void_p]),
}


class Library:
    """The functions of the library, by their names without `contrastive_`."""

    def __init__(self, path: str) -> None:
        self._library = ctypes.CDLL(path)
        for name, (result, arguments) in _SIGNATURES.items():
            function = getattr(self._library, f"contrastive_{name}")
            function.restype = result
            function.argtypes = arguments
            setattr(self, name, function)
        found = self.abi_version()
        if found != ABI_VERSION:
            raise ImportError(
                f"{path}: found version {found} of the binary interface, expected {ABI_VERSION}"
            )

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)


def _path() -> str:
    own = os.path.join(os.path.dirname(__file__), "lib", "libcontrastive.so")
    return os.environ.get("CONTRASTIVE_LIBRARY") or own


library = Library(_path())
