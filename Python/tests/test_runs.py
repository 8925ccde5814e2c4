"""Trained runs as transformers: of adapters with numpy alone, and beside the command."""

from __future__ import annotations

import os
import subprocess
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import runs
from test_loss import unit

import contrastive as ct

BUILT = Path(__file__).parents[2] / ".build" / "release" / "contrastive"
COMMAND = os.environ.get("CONTRASTIVE_COMMAND", str(BUILT))
needs_command = pytest.mark.skipif(not Path(COMMAND).exists(), reason="needs the command built")


def contrastive(*words: object) -> None:
    subprocess.run([COMMAND, *map(str, words)], check=True, capture_output=True)


@pytest.mark.parametrize("head", ["linear", "mlp"])
@pytest.mark.parametrize("sides", ["queries", "both", "shared"])
def test_adapter(tmp_path: Path, head: str, sides: str) -> None:
    x = 3 * unit(10, 6, 1)
    tensors = runs.adapter(tmp_path, head, sides, 6)
    for side in ("queries", "documents"):
        found = ct.RunTransformer(tmp_path, side=side, batch_size=4).fit(x).transform(x)
        assert found.dtype == np.float32
        expected = x / np.linalg.norm(x, axis=1, keepdims=True)
        prefix = side if sides == "both" else "queries"
        if side == "queries" or sides != "queries":
            layers = {n.partition(".")[2]: t for n, t in tensors.items() if n.startswith(prefix)}
            expected = expected + (
                expected @ layers["delta"]
                if head == "linear"
                else np.maximum(0, expected @ layers["expand"] + layers["bias"])
                @ layers["contract"]
            )
            expected /= np.linalg.norm(expected, axis=1, keepdims=True)
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_refusals(tmp_path: Path) -> None:
    runs.adapter(tmp_path, "linear", "queries", 6)
    x = unit(4, 6, 1)
    for model, rows, text in (
        (ct.RunTransformer(), x, "run: found None"),
        (ct.RunTransformer(tmp_path, side="left"), x, "side: found 'left'"),
        (ct.RunTransformer(tmp_path), x[:, :5], "X: found 5 features, expected 6"),
        (ct.RunTransformer(tmp_path), 0 * x, "norm 0 at row 0"),
    ):
        with pytest.raises(ct.ContrastiveError, match=text):
            model.fit_transform(rows)
    with pytest.raises(ValueError, match="not fitted"):
        ct.RunTransformer(tmp_path).transform(x)


@needs_command
def test_adapter_beside_the_command(tmp_path: Path) -> None:
    queries, documents = unit(200, 8, 1), unit(200, 8, 2) + unit(200, 8, 1)
    np.save(tmp_path / "q.npy", queries)
    np.save(tmp_path / "d.npy", documents)
    contrastive(
        "adapt", "--queries", tmp_path / "q.npy", "--documents", tmp_path / "d.npy",
        "--output", tmp_path / "run", "--head", "mlp", "--sides", "both", "--epochs", 3,
    )
    for side, rows in (("queries", queries), ("documents", documents)):
        contrastive(
            "embed", "--run", tmp_path / "run", "--vectors", tmp_path / f"{side[0]}.npy",
            "--side", side, "--output", tmp_path / "y.npy",
        )
        found = ct.RunTransformer(tmp_path / "run", side=side).fit_transform(rows)
        np.testing.assert_allclose(found, np.load(tmp_path / "y.npy"), atol=1e-6)


@needs_command
@pytest.mark.skipif(find_spec("torch") is None, reason="needs PyTorch")
@pytest.mark.parametrize("encoder", ["small", "resnet18"])
def test_encoder_beside_the_command(tmp_path: Path, encoder: str) -> None:
    images = np.random.default_rng(0).integers(0, 256, (24, 20, 20, 3), dtype=np.uint8)
    (tmp_path / "data").mkdir()
    np.save(tmp_path / "data" / "train-images.npy", images)
    contrastive(
        "train", "--method", "simclr", "--data", tmp_path / "data", "--output", tmp_path / "run",
        "--encoder", encoder, "--epochs", 1, "--batch-size", 8,
    )
    contrastive(
        "embed", "--run", tmp_path / "run", "--images", tmp_path / "data" / "train-images.npy",
        "--output", tmp_path / "y.npy",
    )
    expected = np.load(tmp_path / "y.npy")
    rows = images.transpose(0, 3, 1, 2).reshape(24, -1) / np.float32(255)
    found = ct.RunTransformer(tmp_path / "run").fit_transform(rows)
    np.testing.assert_allclose(found, expected, atol=1e-5 * np.abs(expected).max())
