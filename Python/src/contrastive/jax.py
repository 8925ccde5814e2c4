"""Every objective for JAX: a function with a custom gradient, through a callback to the CPU.

>>> from contrastive.jax import objective
>>> loss = objective("infonce", temperature=0.07, normalize=True)
>>> jax.value_and_grad(lambda q: loss(queries=q, keys=keys, bank=bank))(queries)
"""

from __future__ import annotations

from typing import Any, Callable

import jax
import jax.numpy as jnp
import numpy as np
from jax.custom_derivatives import SymbolicZero

from ._errors import ContrastiveError
from ._loss import loss
from ._methods import METHODS

__all__ = ["objective"]


def objective(method: str, /, **options: Any) -> Callable[..., jax.Array]:
    """A loss of tensors by name, which `jax.grad` and `jax.jit` take.

    The value is float32; a gradient has the type of its tensor. `jax.vmap` runs one problem after
    the other. Where JAX asks for no gradient of a tensor, none is computed; what the method takes
    as a constant has none.

    Args:
        method: as in `contrastive.loss`.
        **options: the method's, `normalize`, `zero_rows` and `threads` as in `contrastive.loss`. A
            temperature or bias that is learned is a tensor of shape [] of the call instead.

    Returns:
        A function of the method's tensors by name.
    """
    if method not in METHODS:
        raise ContrastiveError(
            f"method: found {method!r}, expected one of {', '.join(METHODS)}", "method"
        )
    known = METHODS[method]

    def host(wanted: tuple[str, ...], tensors: dict[str, Any]) -> Any:
        scalars = {n: float(t) for n, t in tensors.items() if n in known.scalars}
        found = loss(method, gradients=wanted, **options, **{**tensors, **scalars})
        gradients = {
            name: found.gradients[name].reshape(tensors[name].shape).astype(tensors[name].dtype)
            for name in wanted
        }
        return np.float32(found.value), gradients

    def called(wanted: tuple[str, ...], tensors: dict[str, Any]) -> Any:
        shapes = {n: jax.ShapeDtypeStruct(tensors[n].shape, tensors[n].dtype) for n in wanted}
        return jax.pure_callback(
            lambda given: host(wanted, jax.tree.map(np.asarray, given)),
            (jax.ShapeDtypeStruct((), jnp.float32), shapes),
            tensors,
            vmap_method="sequential",
        )

    def value_alone(tensors: dict[str, Any]) -> Any:
        return called((), tensors)[0]

    def forward(primals: dict[str, Any]) -> Any:
        wanted = tuple(
            name for name in known.gradients + known.scalars
            if name in primals and primals[name].perturbed
        )
        value, gradients = called(wanted, jax.tree.map(lambda primal: primal.value, primals))
        return value, ({name: None for name in primals}, gradients)

    def backward(residuals: Any, cotangent: Any) -> Any:
        nothing, gradients = residuals
        if isinstance(cotangent, SymbolicZero):
            return (nothing,)
        scaled = {name: gradient * cotangent.astype(gradient.dtype)
                  for name, gradient in gradients.items()}
        return ({**nothing, **scaled},)

    evaluate: Any = jax.custom_vjp(value_alone)
    evaluate.defvjp(forward, backward, symbolic_zeros=True)

    def called_by_name(**tensors: Any) -> jax.Array:
        given = {name: t for name, t in tensors.items() if t is not None}
        value: jax.Array = evaluate(jax.tree.map(jnp.asarray, given))
        return value

    called_by_name.__name__ = f"{method.replace('-', '_')}_loss"
    return called_by_name
