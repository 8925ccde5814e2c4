"""Objectives as functions of JAX."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from safetensors_file import case, cases, worst
from test_loss import unit

import contrastive as ct
from contrastive.jax import objective


@pytest.mark.parametrize("path", cases(), ids=lambda path: path.stem)
def test_golden(path: Path) -> None:
    method, tensors, options, expected = case(path)
    used = ct.loss(method, gradients=[], **tensors, **options).parameters
    learned = [name for name in ("temperature", "bias") if name in expected]
    scalars = {name: jnp.float32(used[name]) for name in learned}
    options = {name: value for name, value in options.items() if name not in learned}
    names = [name for name in expected if name != "loss"]
    function = objective(method, **options)

    def of(wanted: dict[str, Any]) -> jax.Array:
        return function(**{**tensors, **wanted})

    value, gradients = jax.jit(jax.value_and_grad(of))(
        {n: scalars.get(n, tensors.get(n)) for n in names}
    )
    assert abs(float(value) - expected["loss"][0]) <= 2e-5 * abs(expected["loss"][0])
    for name in names:
        assert worst(np.asarray(gradients[name]), expected[name]) <= 1e-4, name


def test_transformations() -> None:
    q, k, b = unit(6, 8, 1), unit(6, 8, 2), unit(20, 8, 3)
    function = objective("infonce", temperature=0.2)
    exact = ct.loss("infonce", queries=q, keys=k, bank=b, temperature=0.2)
    assert float(function(queries=q, keys=k, bank=b)) == pytest.approx(exact.value, rel=1e-6)
    # Twice the loss has twice the gradient; a constant has none.
    found = jax.grad(lambda q: 2 * function(queries=q, keys=k, bank=b) + jnp.sum(q[0, 0] * 0))(q)
    np.testing.assert_allclose(found, 2 * exact.gradients["queries"], rtol=1e-6)
    assert not jax.grad(lambda q: jax.lax.stop_gradient(function(queries=q, keys=k)))(q).any()
    labels = jnp.array([0, 1, 0, 1, 0, 1])
    supcon = objective("supcon", temperature=0.2)
    assert jax.grad(lambda z: supcon(embeddings=z, labels=labels))(q).shape == q.shape
    halves = jax.grad(lambda q: function(queries=q, keys=k))(jnp.asarray(q, jnp.bfloat16))
    assert halves.dtype == jnp.bfloat16
    many = jax.vmap(lambda q: function(queries=q, keys=k))(jnp.stack([q, k]))
    assert float(many[0]) == pytest.approx(float(function(queries=q, keys=k)), rel=1e-6)


def test_refusals() -> None:
    with pytest.raises(ct.ContrastiveError, match="infonse"):
        objective("infonse")
    with pytest.raises(Exception, match="temperature"):
        objective("infonce", temperature=0)(queries=unit(3, 4, 1), keys=unit(3, 4, 2))
