"""The quick starts run as they are printed."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "Documentation" / "From-Python.md"
SECTIONS = re.findall(r"^## (.+?)$(.*?)(?=^## |\Z)", PAGE.read_text(), re.M | re.S)
NEEDS = {"numpy": "numpy", "PyTorch": "torch", "scikit-learn": "sklearn", "JAX": "jax"}


@pytest.mark.parametrize(("title", "text"), SECTIONS, ids=[title for title, _ in SECTIONS])
def test_quick_start(title: str, text: str) -> None:
    if find_spec(NEEDS[title]) is None:
        pytest.skip(f"needs {NEEDS[title]}")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.S)
    assert len(code.strip().splitlines()) <= 12
    exec(compile(code, title, "exec"), {})
