"""Heads on frozen embeddings: beside the command, byte for byte, and with numpy alone."""

from __future__ import annotations

import copy
import json
import pickle
import signal
import threading
from pathlib import Path

import numpy as np
import pytest
import runs
from safetensors_file import read
from test_loss import unit
from test_runs import contrastive, needs_command

import contrastive as ct


def pairs_of_rows(count: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Documents, and queries that are they turned and blurred."""
    documents = unit(count, 8, 1)
    queries = documents + 0.3 * unit(count, 8, 2)
    queries[:, [0, 1]] = np.stack([-queries[:, 1], queries[:, 0]], 1)
    return queries, documents


def test_helps() -> None:
    queries, documents = pairs_of_rows()
    places: list[tuple[int, float]] = []
    options = {"sides": "both", "batch_size": 90, "epochs": 8, "rate": 0.01}
    adapter = ct.adapt(
        queries, documents, **options, progress=lambda *place: places.append(place)
    )
    before, after = adapter.report["before"], adapter.report["after"]
    assert set(after) == {"recall_at_1", "recall_at_10", "mrr_at_10", "ndcg_at_10"}
    assert after["mrr_at_10"] > before["mrr_at_10"] + 0.05
    assert [e["epoch"] for e in adapter.report["epochs"]] == list(range(9))
    assert places == sorted(places) and all(1 <= e <= 8 and 0 <= s <= 1 for e, s in places)
    # The measures are those of the adapted rows.
    q = adapter.transform(queries, "queries")
    d = adapter.transform(documents, "documents")
    held = adapter.held_out
    scores = ct.score(q, d, pairs=np.stack([held, held], 1), k=[1, 10])
    for name, value in after.items():
        assert scores.measures[name]["mean"] == pytest.approx(value, abs=1e-12)
    again = ct.adapt(queries.astype(np.float64), documents, **options, threads=1)
    np.testing.assert_array_equal(again.transform(queries), q)


@pytest.mark.parametrize("head", ["linear", "mlp"])
@pytest.mark.parametrize("sides", ["queries", "both", "shared"])
def test_formula(tmp_path: Path, head: str, sides: str) -> None:
    queries, documents = pairs_of_rows(120)
    hidden = 5 if head == "mlp" else None
    adapter = ct.adapt(
        queries, documents, head=head, sides=sides, epochs=3, rate=0.05, hidden=hidden
    )
    assert (adapter.head, adapter.sides, adapter.dimension) == (head, sides, 8)
    assert adapter.hidden == (5 if head == "mlp" else 0)
    adapter.save(tmp_path)
    tensors, _ = read(tmp_path / "adapter.safetensors")
    for side in ("queries", "documents"):
        prefix = side if sides == "both" else "queries"
        layers = {n.partition(".")[2]: t for n, t in tensors.items() if n.startswith(prefix)}
        x = documents / np.linalg.norm(documents, axis=1, keepdims=True)
        if side == "queries" or sides != "queries":
            x = x + (
                x @ layers["delta"]
                if head == "linear"
                else np.maximum(0, x @ layers["expand"] + layers["bias"]) @ layers["contract"]
            )
            x /= np.linalg.norm(x, axis=1, keepdims=True)
        found = adapter.transform(3 * documents, side)
        np.testing.assert_allclose(found, x, atol=1e-6)
        for other in (
            ct.Adapter.load(tmp_path), ct.Adapter.load(tmp_path / "adapter.safetensors"),
            pickle.loads(pickle.dumps(adapter)), copy.deepcopy(adapter),
        ):
            np.testing.assert_array_equal(other.transform(3 * documents, side), found)
        model = ct.RunTransformer(adapter, side=side).fit(documents)
        np.testing.assert_array_equal(model.transform(3 * documents), found)


@needs_command
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"head": "mlp", "hidden": 6, "sides": "both", "loss": "clip", "seed": 4},
        {"sides": "shared", "loss": "hcl", "beta": 0.5, "tau_plus": 0.05, "noise": 0.1},
        {"hard_negatives": 3, "candidates": 20, "below": 0.9, "skip_top": 1, "mix": 4},
        {"all_documents": True, "false_negatives_top": 2, "false_negatives_mode": "drop"},
        {"loss": "siglip", "bias": -5.0, "temperature": 0.2, "batch_size": 0, "holdout": 0.0},
        {"loss": "fnc", "false_negatives_above": 0.9, "dropout": 0.05, "weight_decay": 0.1},
        {"loss": "hcl", "tau_plus": 0.05, "dropout": 0.9},
        {"loss": "dcl", "tau_plus": 0.2},
        {"ring": (0.0, 0.5), "validation": 0.2, "patience": 2},
        {"ring": (0.0, 0.5), "ring_draws": 8, "ring_seed": 2, "ring_step": 3},
        {"positives": "neighbors", "neighbors": 4},
        {"positives": "clusters", "clusters": 40},
    ],
    ids=lambda options: " ".join(options) or "defaults",
)
def test_bytes_of_the_command(tmp_path: Path, options: dict) -> None:
    queries, documents = pairs_of_rows()
    pairs = np.random.default_rng(5).integers(0, 400, (300, 2))
    made = "positives" in options
    options = {"epochs": 4, "rate": 0.02, "batch_size": 90, **options}
    words = []
    for name, value in options.items():
        words.append("--" + name.replace("_", "-"))
        if value is not True:
            text = ",".join(map(str, value)) if isinstance(value, tuple) else value
            words[-1] += f"={text}"
    np.save(tmp_path / "q.npy", queries)
    if not made:
        np.save(tmp_path / "d.npy", documents)
        np.save(tmp_path / "p.npy", pairs)
        words += ["--documents", tmp_path / "d.npy", "--pairs", tmp_path / "p.npy"]
    run = tmp_path / "run"
    contrastive("adapt", "--queries", tmp_path / "q.npy", "--output", run, *words)
    ours = ct.adapt(
        queries, None if made else documents, pairs=None if made else pairs, **options
    )
    ours.save(tmp_path / "ours.safetensors")
    expected = (run / "adapter.safetensors").read_bytes()
    assert (tmp_path / "ours.safetensors").read_bytes() == expected
    np.testing.assert_array_equal(ours.held_out, np.load(run / "held-out.npy"))
    result = json.loads((run / "result.json").read_text())
    report = {name: value for name, value in ours.report.items() if name != "epochs"}
    assert {**report, "seconds": 0} == {**result, "seconds": 0}
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert [{**e, "seconds": 0} for e in ours.report["epochs"]] == [
        {**e, "seconds": 0} for e in lines
    ]
    contrastive(
        "embed", "--run", run, "--vectors", tmp_path / "q.npy", "--side", "documents", "--output",
        tmp_path / "y.npy",
    )
    np.testing.assert_array_equal(
        ct.Adapter.load(run).transform(queries, "documents"), np.load(tmp_path / "y.npy")
    )


def test_weights_that_are_not_named() -> None:
    queries, documents = pairs_of_rows()

    def adapted(**options: object) -> np.ndarray:
        adapter = ct.adapt(queries, documents, batch_size=90, epochs=4, rate=0.01, **options)
        return adapter.transform(queries)

    hcl, dcl = adapted(loss="hcl"), adapted(loss="dcl")
    assert not np.array_equal(hcl, dcl)
    np.testing.assert_array_equal(adapted(loss="hcl", beta=1.0), hcl)
    np.testing.assert_array_equal(adapted(loss="hcl", tau_plus=0.1), hcl)
    np.testing.assert_array_equal(adapted(loss="hcl", beta=0.0), dcl)
    np.testing.assert_array_equal(adapted(loss="dcl", tau_plus=0.1), dcl)


@pytest.mark.parametrize("loss", ["hcl", "dcl", "decoupled"])
def test_batches_of_two_pairs(loss: str) -> None:
    queries, documents = pairs_of_rows(24)
    adapter = ct.adapt(queries, documents, loss=loss, batch_size=2, holdout=0.2, epochs=1)
    assert adapter.report["training_pairs"] == 17


@pytest.mark.parametrize("sides", ["queries", "both", "shared"])
def test_dropout_leaves_no_row_of_zeros(sides: str) -> None:
    queries, documents = pairs_of_rows(100)
    adapter = ct.adapt(queries, documents, sides=sides, dropout=0.99, batch_size=30, epochs=2)
    assert all(np.isfinite(e["loss"]) for e in adapter.report["epochs"][1:])


@pytest.mark.parametrize(
    ("options", "argument", "text"),
    [
        ({"head": "deep"}, "head", "linear, mlp"),
        ({"loss": "supcon"}, "loss", "infonce"),
        ({"temperature": 0}, "temperature", "0.0"),
        ({"batch_size": 1}, "batch-size", "at least 2"),
        ({"holdout": 2.0}, "holdout", "2.0"),
        ({"loss": "dcl", "beta": 3.0}, "beta", "hcl"),
        ({"loss": "siglip", "false_negatives_top": 3}, "loss", "siglip"),
        ({"pairs": [[0, 99]]}, "pairs", "99"),
        ({"pairs": [0, 1]}, "pairs", "[pairs × 2]"),
        ({"positives": "neighbors"}, "documents", "no use"),
        ({"positives": "friends"}, "positives", "neighbors"),
        ({"threads": 0}, "threads", "0"),
        ({"neighbors": 5}, "neighbors", "none without positives neighbors"),
        ({"clusters": 4}, "clusters", "none without positives clusters"),
        ({"hidden": 4}, "hidden", "none without head mlp"),
        ({"bias": -1.0}, "bias", "none without loss siglip"),
        ({"candidates": 10}, "candidates", "none without hard-negatives"),
        ({"below": 0.9}, "below", "none without hard-negatives"),
        ({"skip_top": 1}, "skip-top", "none without hard-negatives"),
    ],
)
def test_refusals(options: dict, argument: str, text: str) -> None:
    queries, documents = pairs_of_rows(20)
    with pytest.raises(ct.ContrastiveError) as caught:
        ct.adapt(queries, documents, **options)
    assert caught.value.argument == argument and text in str(caught.value)


def test_refusals_of_files_and_rows(tmp_path: Path) -> None:
    queries, documents = pairs_of_rows(40)
    with pytest.raises(ct.ContrastiveError, match="documents"):
        ct.adapt(queries)
    with pytest.raises(ct.ContrastiveError, match="documents"):
        ct.adapt(queries, documents[:30])
    with pytest.raises(ct.ContrastiveError, match="row 3"):
        ct.adapt(np.where(np.arange(40)[:, None] == 3, 0, queries), documents)
    adapter = ct.adapt(queries, documents, epochs=1)
    for rows, side, text in (
        (queries[:, :5], "queries", r"\[40 × 5\]"), (0 * queries, "queries", "norm 0 at row 0"),
        (queries, "left", "left"),
    ):
        with pytest.raises(ct.ContrastiveError, match=text):
            adapter.transform(rows, side)
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(ct.ContrastiveError, match="none|adapter.safetensors"):
            ct.Adapter.load(path)
    with pytest.raises(ct.ContrastiveError, match="none"):
        adapter.save(tmp_path / "none" / "adapter.safetensors")
    description = {
        "format": 1, "head": "linear", "sides": "queries", "dimension": 65, "hidden": 0,
    }
    runs.write(
        tmp_path / "small", {"queries.delta": np.zeros((1, 1))}, {"adapter": description}
    )
    with pytest.raises(ct.ContrastiveError, match=r"small: queries.delta: found shape \[1, 1\]"):
        ct.Adapter.load(tmp_path / "small")
    (tmp_path / "torn").write_bytes(b"torn")
    with pytest.raises(ct.ContrastiveError, match="torn"):
        ct.Adapter.load(tmp_path / "torn")


def test_ends_when_told() -> None:
    x = unit(20_000, 64, 3)
    with pytest.raises(ct.Canceled):
        ct.adapt(x, x + 0.1, epochs=1000, patience=1000, progress=lambda epoch, done: True)
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(0.5, signal.raise_signal, [signal.SIGINT])
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            ct.adapt(x, x + 0.1, epochs=1000, patience=1000)
    finally:
        timer.join()
        signal.signal(signal.SIGINT, handler)
