"""Objectives with their exact gradients."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ._errors import ContrastiveError
from ._library import library
from ._methods import METHODS, NUMBERED, TENSORS
from ._results import ResultHandle, given
from ._tensors import Array, Call, Progress, as_array, describe_all


@dataclass(frozen=True)
class Loss:
    """A loss and its gradients.

    Attributes:
        value: the loss.
        gradients: by the names asked for: float32 arrays of the inputs' shapes; for "temperature"
            and "bias" arrays of shape [1].
        losses: float64, one for each row, whose mean is the value; None for a value that is none.
        form: what was computed: "bank", "in-batch" or "noise".
        parameters: every option that took part, with the value used, defaults included.
        tensors: the names of the tensors that were read.
        selected: for methods that select, counts of what they selected.
        error_bound: with precision "int16", how far the value can be from the exact one, certified;
            None in float32.
        gradient_error_bounds: how far any element of a gradient can be off, where something is
            certified.
    """

    value: float
    gradients: dict[str, Array]
    losses: Array | None
    form: str
    parameters: dict[str, Any]
    tensors: list[str]
    selected: dict[str, int] = field(default_factory=dict)
    error_bound: float | None = None
    gradient_error_bounds: dict[str, float] = field(default_factory=dict)


def loss(
    method: str,
    /,
    *,
    normalize: bool = False,
    zero_rows: str = "refuse",
    precision: str = "float32",
    gradients: Iterable[str] | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    **tensors_and_options: Any,
) -> Loss:
    """An objective and its exact gradients, never holding the batch × bank matrix.

    Tensors and options are those of `contrastive loss METHOD`, with underscores for dashes and
    lists for numbered tensors: `centroids=[…]` for centroids.0, centroids.1, …. Python keeps the
    word `lambda` for itself; that option is `lambda_`.

    InfoNCE with a bank, for example, is, with u = ⟨·,·⟩ / temperature and the mean over i,

        ℓ_i = −u(q_i, k_i) + log(exp u(q_i, k_i) + Σ_j exp u(q_i, b_j))

    where queries and keys are [N, D] and the bank is [K, D] (van den Oord et al. 2018; He et al.
    2020). `help(contrastive.torch.InfoNCE)` and its neighbors have the other formulas.

    Args:
        method: such as "infonce", "nt-xent", "supcon".
        normalize: divide each embedding row by its norm first, and carry gradients back.
        zero_rows: whether normalizing refuses rows of zeros, or with "keep" leaves them zeros with
            a gradient of zeros.
        precision: "int16" multiplies as 16-bit codes with exact sums, for methods of InfoNCE's
            shape, sce and ressl; `Loss.error_bound` says how far the value can be off.
        gradients: what to differentiate by; None for the method's own default, [] for the value.
        threads: 1 … 1024; all processors without. It never changes a bit of the result.
        progress: called with (pass, share of it done) about 20 times a second; returning True
            ends the work with `Canceled`.
        **tensors_and_options: anything with the buffer protocol or DLPack; contiguous float32 is
            read where it is. A `QueueBank` can be the bank.

    Raises:
        ContrastiveError: an argument that cannot be used, by name.

    >>> import numpy as np
    >>> q = np.eye(4, 8, dtype=np.float32)
    >>> round(loss("infonce", queries=q, keys=q, temperature=1.0, gradients=[]).value, 4)
    0.7437
    """
    tensors, options = _split(tensors_and_options)
    if normalize:
        options["normalize"] = True
    if zero_rows != "refuse":
        options["zero_rows"] = zero_rows
    if precision != "float32":
        options["precision"] = precision
    text = given(**options)
    inputs, input_count = describe_all(tensors)
    if gradients is None:
        gradients = METHODS[method].defaults if method in METHODS else ()
    wanted = list(gradients)
    targets = _outputs(method, wanted, dict(tensors))
    outputs, output_count = describe_all([(f"gradient.{name}", a) for name, a in targets.items()])
    call, value, result = Call(threads, progress), ctypes.c_double(), ResultHandle()
    call.run(
        library.loss,
        method.encode(), inputs, input_count, outputs, output_count,
        text, call.control, ctypes.byref(value), result.place,
    )
    report, arrays = result.take()
    return Loss(
        value=value.value,
        gradients=targets,
        losses=arrays.get("losses"),
        form=report["form"],
        parameters={_python(name): item for name, item in report["parameters"].items()},
        tensors=[_python(name) for name in report["tensors"]],
        selected=report.get("selected", {}),
        error_bound=report.get("error_bound"),
        gradient_error_bounds={
            _python(name): bound
            for name, bound in report.get("gradient_error_bounds", {}).items()
        },
    )


def _python(name: str) -> str:
    return name.replace("-", "_")


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, (bool, int, float, str, np.generic))


def _split(arguments: Mapping[str, Any]) -> tuple[list[tuple[str, Any]], dict[str, Any]]:
    """Tensors by the names that the library knows, and options by Python's."""
    tensors: list[tuple[str, Any]] = []
    options: dict[str, Any] = {}
    for key, value in arguments.items():
        name = key.rstrip("_")
        plain = name.replace("_", "-")
        if value is None and name in TENSORS:
            continue
        if name in NUMBERED and isinstance(value, (list, tuple)):
            tensors += [
                (f"{plain}.{place}", _tensor(item, plain))
                for place, item in enumerate(value)
                if item is not None
            ]
        elif (name in TENSORS and not _is_plain(value)) or hasattr(value, "__dlpack__") or (
            isinstance(value, np.ndarray)
        ):
            tensors.append((plain, _tensor(value, plain)))
        else:
            options[key] = value
    return tensors, options


def _tensor(value: Any, name: str) -> Any:
    described = getattr(value, "_as_tensor", None)
    return described() if described else as_array(value, name)


def _outputs(method: str, wanted: list[str], tensors: dict[str, Any]) -> dict[str, Array]:
    known = METHODS.get(method)
    outputs: dict[str, Array] = {}
    for name in wanted:
        if known and name not in known.gradients + known.scalars:
            raise ContrastiveError(
                f"gradients: found {name!r}, expected some of "
                f"{', '.join(known.gradients + known.scalars)}",
                "gradients",
            )
        if known and name in known.scalars:
            outputs[name] = np.zeros(1, np.float64)
        elif isinstance(tensors.get(name), np.ndarray):
            outputs[name] = np.empty(tensors[name].shape, np.float32)
        elif name in tensors:
            tensor = tensors[name]
            shape = [tensor.shape[axis] for axis in range(tensor.rank)]
            outputs[name] = np.empty(shape, np.float32)
        else:
            raise ContrastiveError(
                f"gradients: found {name!r}, which is no tensor given", "gradients"
            )
    return outputs


