"""The one operator that PyTorch sees: an objective, its rows' losses and its gradients."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .._loss import Loss, loss
from .._methods import METHODS, NUMBERED

_ROWWISE = {
    "infonce", "instdisc", "protonce", "hcsc", "invp", "mochi", "cns", "ressl", "sce", "siglip",
}


def losses_count(method: str, tensors: dict[str, Tensor], options: dict[str, Any]) -> int:
    """How many losses of rows there are; 0 where the value is no mean of rows."""
    if method == "swav":
        return 0
    if method in ("nt-xent", "decoupled", "hcl", "dcl"):
        return 2 * tensors["view1"].shape[0]
    if method in ("simsiam", "byol"):
        return int(tensors["predictions1"].shape[0])
    if method == "supcon":
        return int(tensors["embeddings"].shape[0])
    if method == "fnc":
        return int(tensors["embeddings"].shape[0] * tensors["embeddings"].shape[1])
    if method == "looc":
        return int(tensors["queries"].shape[0] * tensors["queries"].shape[1])
    rows = int(tensors["queries"].shape[0])
    return 2 * rows if options.get("symmetric") else rows


def is_rowwise(method: str, name: str, tensors: Sequence[str], options: dict[str, Any]) -> bool:
    """Whether row i of a gradient comes from the loss of row i alone."""
    if options.get("symmetric"):
        return False
    if method in ("simsiam", "byol"):
        return True
    return method in _ROWWISE and (
        name == "queries" or (method == "infonce" and name == "keys" and "bank" in tensors)
    )


def _value_dtype(tensors: Sequence[Tensor]) -> torch.dtype:
    floats = [t for t in tensors if t.is_floating_point() and t.dim() > 0]
    is_double = bool(floats) and all(t.dtype == torch.float64 for t in floats)
    return torch.float64 if is_double else torch.float32


def _grouped(
    names: Sequence[str], tensors: Sequence[Tensor]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Tensors by name, those with a number at their place in lists, and scalars as options."""
    arrays: dict[str, Any] = {}
    scalars: dict[str, Any] = {}
    for name, tensor in zip(names, tensors):
        if name in ("temperature", "bias"):
            scalars[name] = float(tensor)
            continue
        base, _, place = name.partition(".")
        if place and base in NUMBERED:
            items = arrays.setdefault(base, [])
            items += [None] * (int(place) + 1 - len(items))
            items[int(place)] = tensor
        else:
            arrays[name] = tensor
    return arrays, scalars


def run(
    method: str, tensors: Sequence[Tensor], names: Sequence[str], options: dict[str, Any],
    wanted: Sequence[str],
) -> Loss:
    """Evaluates; options may have "threads"."""
    arrays, scalars = _grouped(names, [t.detach() for t in tensors])
    given = {name.replace("-", "_"): value for name, value in {**options, **scalars}.items()}
    return loss(method, gradients=list(wanted), **arrays, **given)


def _words(text: str) -> list[str]:
    return text.split(",") if text else []


@torch.library.custom_op("contrastive::evaluate", mutates_args=(), device_types="cpu")
def evaluate(
    method: str, tensors: Sequence[Tensor], names: str, options: str, wanted: str
) -> list[Tensor]:
    """The value, the losses of the rows, and the gradients wanted, in their order.

    Names, of the tensors and of the gradients wanted, have commas between them.
    """
    all_names, wanted_names = _words(names), _words(wanted)
    found = run(method, tensors, all_names, json.loads(options), wanted_names)
    dtype = _value_dtype(tensors)
    losses = found.losses if found.losses is not None else np.empty(0)
    results = [torch.tensor(found.value, dtype=dtype), torch.from_numpy(losses).to(dtype)]
    for name in wanted_names:
        gradient = torch.from_numpy(found.gradients[name])
        source = tensors[all_names.index(name)]
        results.append(gradient.reshape(source.shape).to(source.dtype))
    return results


@evaluate.register_fake
def _(
    method: str, tensors: Sequence[Tensor], names: str, options: str, wanted: str
) -> list[Tensor]:
    dtype = _value_dtype(tensors)
    by_name = dict(zip(_words(names), tensors))
    count = losses_count(method, by_name, json.loads(options))
    like = tensors[0]
    return [
        like.new_empty((), dtype=dtype),
        like.new_empty((count,), dtype=dtype),
        *(torch.empty_like(by_name[name], memory_format=torch.contiguous_format)
          for name in _words(wanted)),
    ]


@torch.library.custom_op("contrastive::scale", mutates_args=(), device_types="cpu")
def scale(gradient: Tensor, value: Tensor, losses: Tensor, rowwise: bool) -> Tensor:
    """∂(value · loss + ⟨losses, rows' losses⟩) of a gradient of the mean loss.

    `losses` is empty where nothing asks for the rows' losses. Weights that differ from row to row
    can be carried back where each row of the gradient comes from one loss.
    """
    result = gradient * value.to(gradient.dtype)
    count = losses.numel()
    if count == 0 or not bool(losses.any()):
        return result
    if bool((losses == losses[0]).all()):
        return result + gradient * (losses[0] * count).to(gradient.dtype)
    if not rowwise or gradient.dim() == 0 or gradient.shape[0] != count:
        raise RuntimeError(
            "contrastive: losses of rows with different weights cannot be carried back to this "
            "input, whose rows are in several of the losses; use reduction='mean' or 'sum', or one "
            "weight for all"
        )
    shape = [count] + [1] * (gradient.dim() - 1)
    return result + gradient * (losses * count).to(gradient.dtype).reshape(shape)


@scale.register_fake
def _(gradient: Tensor, value: Tensor, losses: Tensor, rowwise: bool) -> Tensor:
    return torch.empty_like(gradient)


def _setup_context(ctx: Any, inputs: Any, output: list[Tensor]) -> None:
    method, tensors, names, options, wanted = inputs
    ctx.save_for_backward(*output[2:])
    ctx.names, ctx.wanted = _words(names), _words(wanted)
    given = json.loads(options)
    ctx.rowwise = [is_rowwise(method, name, ctx.names, given) for name in ctx.wanted]
    ctx.count = output[1].shape[0]


def _is_value_alone(value: Any, losses: Any) -> bool:
    """Whether the loss is the value itself; not asked while a graph is traced."""
    if type(value) is not Tensor or value.requires_grad or torch.compiler.is_compiling():
        return False
    return float(value) == 1 and (losses is None or not bool(losses.any()))


def _backward(ctx: Any, grads: list[Tensor]) -> Any:
    value, losses = grads[0], grads[1]
    by_name: dict[str, Tensor] = {}
    is_value = _is_value_alone(value, losses)
    for name, rowwise, gradient in zip(ctx.wanted, ctx.rowwise, ctx.saved_tensors):
        if is_value:
            # A copy: what becomes a leaf's .grad is written to, and the graph may be kept.
            by_name[name] = gradient.clone()
        elif losses is None or losses.numel() == 0:
            by_name[name] = gradient * value.to(gradient.dtype)
        else:
            weight = value if value is not None else losses.new_zeros(())
            by_name[name] = torch.ops.contrastive.scale(gradient, weight, losses, rowwise)
    return None, [by_name.get(name) for name in ctx.names], None, None, None


evaluate.register_autograd(_backward, setup_context=_setup_context)

__all__ = ["METHODS", "evaluate", "is_rowwise", "losses_count", "run", "scale"]
