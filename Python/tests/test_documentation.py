"""The quick starts run as they are printed."""

from __future__ import annotations

import re
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"
PAGE = Path(__file__).parents[2] / "Documentation" / "From-Python.md"
SECTIONS = re.findall(r"^## (.+?)$(.*?)(?=^## |\Z)", PAGE.read_text(), re.M | re.S)
NEEDS = {
    "numpy": "numpy", "Heads on embeddings": "numpy", "PyTorch": "torch",
    "scikit-learn": "sklearn", "Several processes": "mpi4py", "JAX": "jax",
}


@pytest.mark.parametrize(("title", "text"), SECTIONS, ids=[title for title, _ in SECTIONS])
def test_quick_start(
    title: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if find_spec(NEEDS[title]) is None:
        pytest.skip(f"needs {NEEDS[title]}")
    if NEEDS[title] == "mpi4py" and shutil.which("mpirun") is None:
        pytest.skip("needs mpirun")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.S)
    assert len(code.strip().splitlines()) <= 12
    exec(compile(code, title, "exec"), {})


@pytest.mark.skipif(find_spec("torch") is None, reason="needs PyTorch")
def test_readme() -> None:
    import torch

    (code,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.S)
    q, k, b = (torch.randn(n, 16) for n in (20, 20, 200))
    names = {"q": q, "k": k, "b": b, "queries": q, "keys": k, "bank": b, "x": b}
    exec(compile(code, "README", "exec"), names)
    assert names["similarities"].shape == (20, 10)
