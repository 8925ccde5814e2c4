"""Near duplicates, hard negatives and scores of a search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ._library import library
from ._neighbors import _at
from ._results import ResultHandle, given
from ._tensors import Array, Call, Progress, as_array, describe_all, rows


@dataclass(frozen=True)
class Duplicates:
    """What `duplicates` finds; as a sequence or an array it is its pairs.

    Attributes:
        pairs: int64 [m, 2], i < j, ascending.
        similarities: float32 [m], their cosines.
        groups: int64 [n], the lowest row of each row's group.
        kept: bool [n], one row of each group.
    """

    pairs: Array
    similarities: Array
    groups: Array
    kept: Array

    def __len__(self) -> int:
        return len(self.pairs)

    def __iter__(self) -> Iterator[Array]:
        return iter(self.pairs)

    def __getitem__(self, place: Any) -> Any:
        return self.pairs[place]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.array(self.pairs, dtype) if copy else np.asarray(self.pairs, dtype)


def duplicates(
    embeddings: Any,
    *,
    threshold: float = 0.95,
    keep: str = "first",
    max_pairs: int = 1 << 28,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Duplicates:
    """The near duplicates of a set of embeddings [n, D], as `contrastive duplicates`.

    All pairs of rows with ⟨x_i, x_j⟩ / √(⟨x_i, x_i⟩ ⟨x_j, x_j⟩) ≥ threshold, decided in double; the
    groups they form (connected components), and one row of each group to keep. The matrix of all
    similarities is never held.

    Args:
        embeddings: [n, D] of any length, none of them zeros.
        threshold: above −1, at most 1.
        keep: "first", or "central": the row of a group that is nearest to its mean.
        max_pairs: more than these are counted and refused.
        threads: all processors without; no effect on the result.
        progress: called with (pass, share of it done); returning True ends the work.
    """
    options = given(threshold=threshold, keep=keep, max_pairs=max_pairs)
    _, arrays = _deduplicated(embeddings, options, threads, progress)
    return Duplicates(
        arrays["pairs"], arrays["similarities"], arrays["groups"], arrays["kept"].astype(bool)
    )


@dataclass(frozen=True)
class SemanticDeduplication:
    """What `semantic_deduplication` leaves.

    Attributes:
        kept: bool [n].
        similarities: float32 [n], the largest cosine with a row before it in its cluster, −1
            without one.
        clusters: int64 [n].
        threshold: the least similarity of a row that was dropped; 1 where none was.
    """

    kept: Array
    similarities: Array
    clusters: Array
    threshold: float


def semantic_deduplication(
    embeddings: Any,
    *,
    keep_fraction: float,
    clusters: int | None = None,
    seed: int = 0,
    threads: int | None = None,
    progress: Progress | None = None,
) -> SemanticDeduplication:
    """SemDeDup (Abbas et al. 2023): drops what is most similar to another row of its cluster.

    Args:
        embeddings: [n, D] of any length, none of them zeros.
        keep_fraction: the share of the rows to keep, above 0 and at most 1.
        clusters: of the spherical k-means; one for about each 1,000 rows without.
        seed: of the clustering.
        threads: all processors without; no effect on the result.
        progress: called with (pass, share of it done); returning True ends the work.
    """
    options = given(keep_fraction=keep_fraction, clusters=clusters, seed=seed)
    report, arrays = _deduplicated(embeddings, options, threads, progress)
    return SemanticDeduplication(
        arrays["kept"].astype(bool), arrays["similarities"], arrays["clusters"], report["threshold"]
    )


def _deduplicated(
    embeddings: Any, options: bytes, threads: int | None, progress: Progress | None
) -> tuple[dict[str, Any], dict[str, Array]]:
    call, result = Call(threads, progress), ResultHandle()
    data = rows(embeddings, "embeddings")
    call.run(library.duplicates, _at(data, "embeddings"), options, call.control, result.place)
    return result.take()


@dataclass(frozen=True)
class HardNegatives:
    """What `mine` finds.

    Attributes:
        negatives: int64 [n, per_query], rows of the documents, most similar first, −1 where there
            are too few.
        similarities: float32 of that shape, 0 where there is none.
        evidence: float32 of that shape, how likely each is a false negative; None where it was not
            asked for.
        report: counts.
    """

    negatives: Array
    similarities: Array
    evidence: Array | None
    report: dict[str, Any]


def mine(
    queries: Any,
    documents: Any,
    *,
    pairs: Any = None,
    per_query: int = 8,
    candidates: int = 100,
    below: float = 0.95,
    skip_top: int = 0,
    margin: float | None = None,
    max_similarity: float | None = None,
    min_similarity: float | None = None,
    evidence: bool = False,
    seed: int = 0,
    threads: int | None = None,
    progress: Progress | None = None,
) -> HardNegatives:
    """Hard negatives that are probably no false ones, as `contrastive mine`.

    Among a query's `candidates` most similar documents (cosine, its own included) those that are
    not its own nor one of the `skip_top` most similar others, and whose cosine s is below what its
    most similar own document, of cosine p, allows: s < p − (1 − below) · |p| (0.95 · p is
    NV-Retriever's rule, Moreira et al. 2024). Double decides.

    Args:
        queries: [n, D] of any length, none of them zeros.
        documents: [m, D].
        pairs: whole numbers [p, 2], a query's row and a document's that belong together; row i
            and row i without.
        per_query: negatives of each query.
        candidates: most similar documents that are looked at.
        below: the share of the own document's similarity.
        skip_top: most similar others that are passed over.
        margin: s < p − margin besides.
        max_similarity: the largest s.
        min_similarity: the smallest s.
        evidence: also how likely each negative is a false one, by an audit of the documents.
        seed: of the audit's clusterings.
        threads: all processors without; no effect on the result.
        progress: called with (pass, share of it done); returning True ends the work.
    """
    options = given(
        per_query=per_query, candidates=candidates, below=below, skip_top=skip_top, margin=margin,
        max_similarity=max_similarity, min_similarity=min_similarity, evidence=evidence, seed=seed,
    )
    tensors = {"queries": queries, "documents": documents, "pairs": pairs}
    report, arrays = searched(library.mine, tensors, options, threads, progress)
    return HardNegatives(
        arrays["negatives"], arrays["similarities"], arrays.get("evidence"), report
    )


@dataclass(frozen=True)
class Scores:
    """What `score` finds.

    Attributes:
        measures: by names such as "ndcg_at_10": "mean" and the ends of its interval, "low", "high".
        per_query: by these names float64, one number for each scored query.
        queries: int64, the queries that have a relevant document.
        against: of a second system "measures", and "difference" with "p_value" besides; None
            without one.
    """

    measures: dict[str, dict[str, float]]
    per_query: dict[str, Array]
    queries: Array
    against: dict[str, dict[str, dict[str, float]]] | None


def score(
    queries: Any,
    documents: Any,
    *,
    pairs: Any = None,
    k: Sequence[int] = (1, 5, 10, 100),
    gain: str = "linear",
    against_queries: Any = None,
    against_documents: Any = None,
    resamples: int = 2000,
    confidence: float = 0.95,
    seed: int = 0,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Scores:
    """How well a search by cosine finds what belongs to its queries, as `contrastive score`.

    recall, precision, mrr, map and ndcg at each k as trec_eval has them, ties to the lower
    document, in double, each mean with its bootstrap interval.

    Args:
        queries: [n, D] of any length, none of them zeros.
        documents: [m, D].
        pairs: whole numbers [p, 2], or [p, 3] with a grade; row i and row i without.
        k: the cutoffs.
        gain: what a grade g is worth in ndcg: "linear", or "exponential" for 2^g − 1.
        against_queries: a second system's, for the same rows; the difference is tested (Fisher's
            randomization test, paired by query).
        against_documents: a second system's; those of the first without.
        resamples: of the bootstrap and of the test.
        confidence: the share of the means that an interval holds.
        seed: of the resamples.
        threads: all processors without; no effect on the result.
        progress: called with (pass, share of it done); returning True ends the work.
    """
    options = given(
        k=list(k), gain=gain, resamples=resamples, confidence=confidence, seed=seed
    )
    tensors = {
        "queries": queries, "documents": documents, "pairs": pairs,
        "against-queries": against_queries, "against-documents": against_documents,
    }
    report, arrays = searched(library.score, tensors, options, threads, progress)
    scored = arrays.pop("queries")
    return Scores(report["measures"], arrays, scored, report.get("against"))


def searched(
    function: Any, tensors: dict[str, Any], options: bytes, threads: int | None,
    progress: Progress | None, *places: Any,
) -> tuple[dict[str, Any], dict[str, Array]]:
    """Calls a function of tensors by name that puts something into places and a result."""
    present = [(n, as_array(t, n)) for n, t in tensors.items() if t is not None]
    inputs, count = describe_all(present)
    call, result = Call(threads, progress), ResultHandle()
    call.run(function, inputs, count, options, call.control, *places, result.place)
    return result.take()
