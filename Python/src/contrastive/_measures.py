"""Measures of embeddings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ._library import library
from ._results import ResultHandle, given
from ._tensors import Array, Call, Progress, as_array, describe_all


def evaluate(
    test: Any,
    *,
    test_labels: Any = None,
    train: Any = None,
    train_labels: Any = None,
    test_views: Any = None,
    measures: Sequence[str] | None = None,
    k: int = 200,
    temperature: float = 0.07,
    ridge_penalty: float = 1.0,
    logistic_penalty: float = 1.0,
    clusters: int | None = None,
    graph_neighbors: int = 10,
    seed: int = 0,
    zero_rows: str = "refuse",
    threads: int | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Measures of a representation [N, D], as `contrastive evaluate`.

    What is given decides what is measured: weighted kNN (Wu et al. 2018), ridge and logistic
    probes from `train` and its labels; purity, NMI, AMI and ARI of k-means against `test_labels`;
    alignment (of `test_views`, other views of the same rows) and uniformity (Wang and Isola 2020);
    effective rank and RankMe; hubness. Labels are whole numbers, −1 for none. Where rows are
    normalized, zeros are refused, or with `zero_rows="keep"` stay zeros.

    Returns:
        Each measure by its name; `skipped` has the reasons of what could not be measured.
    """
    tensors = {
        "test": test, "test-labels": test_labels, "train": train, "train-labels": train_labels,
        "test-views": test_views,
    }
    inputs, count = describe_all([(n, as_array(t, n)) for n, t in tensors.items() if t is not None])
    options = given(
        measures=None if measures is None else list(measures), k=k, temperature=temperature,
        ridge_penalty=ridge_penalty, logistic_penalty=logistic_penalty, clusters=clusters,
        graph_neighbors=graph_neighbors, seed=seed, zero_rows=zero_rows,
    )
    call, result = Call(threads, progress), ResultHandle()
    call.run(library.evaluate, inputs, count, options, call.control, result.place)
    return result.take()[0]


@dataclass(frozen=True)
class Audit:
    """What `audit` finds.

    `report` has the numbers; the arrays are [rows, k], most similar first.
    """

    report: dict[str, Any]
    candidates: Array
    confidence: Array
    suspected: Array
    gradient_shares: Array
    evidence: dict[str, Array]


def audit(
    embeddings: Any,
    *,
    labels: Any = None,
    support: Sequence[Any] = (),
    k: Sequence[int] | None = None,
    clusters: Sequence[int] | None = None,
    temperature: float = 0.07,
    threshold: float = 0.5,
    seed: int = 0,
    zero_rows: str = "refuse",
    threads: int | None = None,
    progress: Progress | None = None,
) -> Audit:
    """False negatives in a set of embeddings [N, D], and how much they weigh.

    For each row the k most similar others are candidates, each with its evidence; the mean of
    three shares is its confidence, and from `threshold` on it is suspected. `support` are other
    embeddings of the same rows, such as of other views; `labels` are compared with. Rows of zeros
    are refused, or with `zero_rows="keep"` stay zeros.
    """
    tensors = [("embeddings", as_array(embeddings, "embeddings"))]
    if labels is not None:
        tensors.append(("labels", as_array(labels, "labels")))
    tensors += [(f"support.{n}", as_array(item, "support")) for n, item in enumerate(support)]
    inputs, count = describe_all(tensors)
    options = given(
        k=None if k is None else list(k), clusters=None if clusters is None else list(clusters),
        temperature=temperature, threshold=threshold, seed=seed, zero_rows=zero_rows,
    )
    call, result = Call(threads, progress), ResultHandle()
    call.run(library.audit, inputs, count, options, call.control, result.place)
    report, arrays = result.take()
    return Audit(
        report=report,
        candidates=arrays.pop("candidates"),
        confidence=arrays.pop("confidence"),
        suspected=arrays.pop("suspected").astype(bool),
        gradient_shares=arrays.pop("gradient_shares"),
        evidence=arrays,
    )
