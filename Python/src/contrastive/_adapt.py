"""Heads on frozen embeddings: what `contrastive adapt` trains and `contrastive embed` applies."""

from __future__ import annotations

import ctypes
import os
from ctypes import c_void_p
from typing import Any

import numpy as np

from ._errors import ContrastiveError, check
from ._library import AdapterInfo, library
from ._mining import searched
from ._results import given
from ._tensors import Array, Call, Progress, describe, rows

_SIDES = ("queries", "documents")


class Adapter:
    """Trained heads for embeddings of queries and of documents.

    A row is divided by its norm, goes through the head of its side, x + x · Δ or
    x + max(0, x · W + b) · V, and is divided by its norm again; a side without a head by its norm
    alone. The inner product of two adapted rows is their cosine.

    Attributes:
        head: "linear" or "mlp".
        sides: "queries" for a head on their side alone, "both" for one each, "shared" for one.
        dimension: of the embeddings.
        hidden: units between the two layers of an mlp, 0 of a linear head.
        report: what `adapt` found, as the command's result.json: "before" and "after", each with
            "recall_at_1", "recall_at_10", "mrr_at_10" and "ndcg_at_10" of the pairs held out
            against all documents, "best_epoch", …, and "epochs", a list; empty of one loaded.
        held_out: int64, the numbers of the pairs held out; empty of one loaded.
    """

    def __init__(
        self, handle: c_void_p, report: dict[str, Any] | None = None, held_out: Array | None = None
    ) -> None:
        self._handle = handle
        self.report = {} if report is None else report
        self.held_out = np.empty(0, np.int64) if held_out is None else held_out
        info = AdapterInfo()
        check(library.adapter_get_info(handle, ctypes.byref(info)))
        self.head = "mlp" if info.hidden else "linear"
        self.sides = ("queries", "both", "shared")[info.sides]
        self.dimension = int(info.dimension)
        self.hidden = int(info.hidden)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Adapter:
        """Reads an adapter.

        Args:
            path: a run of `contrastive adapt`, or its `adapter.safetensors`.
        """
        handle = c_void_p()
        check(library.adapter_read(os.fsencode(_file(path)), ctypes.byref(handle)))
        return cls(handle)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the file that `contrastive embed` reads, with the command's bytes.

        Args:
            path: the file, or a folder that gets an `adapter.safetensors`.
        """
        check(library.adapter_write(self._handle, os.fsencode(_file(path))))

    def transform(
        self,
        embeddings: Any,
        side: str = "queries",
        *,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> Array:
        """Adapted rows, float32 [n, dimension], of unit length.

        Args:
            embeddings: [n, dimension] of any length, none of them zeros.
            side: whose they are, "queries" or "documents".
            threads: all processors without; no effect on the result.
            progress: called with (pass, share of it done); returning True ends the work.
        """
        if side not in _SIDES:
            raise ContrastiveError(f"side: found {side!r}, expected queries or documents", "side")
        x = rows(embeddings, "embeddings")
        adapted = np.empty((len(x), self.dimension), np.float32)
        call = Call(threads, progress)
        call.run(
            library.adapter_apply,
            self._handle, describe(x, "embeddings"), _SIDES.index(side),
            describe(adapted, "adapted"), call.control,
        )
        return adapted

    def __repr__(self) -> str:
        return f"Adapter(head={self.head!r}, sides={self.sides!r}, dimension={self.dimension})"

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            library.adapter_free(self._handle)

    def __reduce__(self) -> Any:
        """Copies and pickles are the file."""
        # Not at the top: it takes as long to import as this package.
        from tempfile import TemporaryDirectory

        with TemporaryDirectory() as folder:
            self.save(folder)
            with open(_file(folder), "rb") as file:
                return _restored, (file.read(), self.report, self.held_out)


def _file(path: str | os.PathLike[str]) -> str:
    found = os.fspath(path)
    return os.path.join(found, "adapter.safetensors") if os.path.isdir(found) else found


def _restored(content: bytes, report: dict[str, Any], held_out: Array) -> Adapter:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        with open(_file(folder), "wb") as file:
            file.write(content)
        adapter = Adapter.load(folder)
    adapter.report, adapter.held_out = report, held_out
    return adapter


def adapt(
    queries: Any,
    documents: Any = None,
    *,
    pairs: Any = None,
    positives: str | None = None,
    neighbors: int | None = None,
    clusters: int | None = None,
    head: str = "linear",
    hidden: int | None = None,
    sides: str | None = None,
    loss: str = "infonce",
    temperature: float = 0.05,
    bias: float | None = None,
    epochs: int = 20,
    batch_size: int = 1024,
    rate: float = 1e-3,
    weight_decay: float = 1.0,
    holdout: float = 0.1,
    validation: float = 0.1,
    patience: int = 5,
    hard_negatives: int = 0,
    candidates: int | None = None,
    below: float | None = None,
    skip_top: int | None = None,
    all_documents: bool = False,
    false_negatives_top: int | None = None,
    false_negatives_above: float | None = None,
    false_negatives_mode: str | None = None,
    false_negatives_aggregate: str | None = None,
    ring: tuple[float, float] | None = None,
    ring_draws: int | None = None,
    ring_seed: int | None = None,
    ring_step: int | None = None,
    mix: int | None = None,
    mix_queries: int | None = None,
    mix_hardest: int | None = None,
    mix_seed: int | None = None,
    mix_step: int | None = None,
    beta: float | None = None,
    tau_plus: float | None = None,
    detach_weights: bool = False,
    noise: float = 0.0,
    dropout: float = 0.0,
    seed: int = 0,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Adapter:
    """Trains heads on frozen embeddings, so that queries find their documents better.

    As `contrastive adapt`, which gives the same adapter for the same embeddings and options. Heads
    start as the identity, and weight decay pulls them back there. Pairs are split by query: the
    epoch that is kept is the one of the largest mrr@10 of pairs kept aside for that, the start
    among them. Documents that training pairs give to a query are no negatives of it.

    Args:
        queries: [n, D] of any length, none of them zeros.
        documents: [m, D].
        pairs: whole numbers [p, 2], a query's row and a document's that belong together; row i
            and row i without.
        positives: makes the pairs of queries alone: "neighbors", each row's least similar among
            the ends of walks of three steps over the graph of nearest neighbors (InvP, Wang et al.
            2020), with one shared head, or "clusters", its cluster's centroid (PCL, Li et al.
            2021).
        neighbors: of each row in that graph; 5 without.
        clusters: of those positives; a tenth of the rows, if so many differ, without.
        head: "linear", y = x + x · Δ, or "mlp", y = x + max(0, x · W + b) · V.
        hidden: units between the two layers of an mlp; D without.
        sides: "queries", "both" (a head each) or "shared" (one for both); "queries" without, and
            "shared" of the positives "neighbors".
        loss: "infonce", "clip" (both directions), "ntxent", "hcl", "dcl", "decoupled", "fnc" or
            "siglip".
        temperature: divides the cosines.
        bias: added to the logits of siglip; -10 without.
        epochs: passes over the training pairs at most.
        batch_size: pairs of a step, whose other documents are the negatives; 0 for all at once.
            The pairs are cut as equally as can be, for hcl, dcl and decoupled into at least 2.
        rate: the highest of AdamW, which falls along half a cosine.
        weight_decay: toward the identity.
        holdout: the share of the pairs held out for `Adapter.report`; 0 for none.
        validation: the share of the others that decides which epoch is kept.
        patience: epochs without a better one after which training ends.
        hard_negatives: mined negatives of each query that join the batch's, of its `candidates`
            (100 without) most similar documents, as `mine` takes them with `below` (0.95) and
            `skip_top` (0).
        all_documents: all documents of training pairs are negatives, not the batch's alone.
        false_negatives_top: so many of the most similar negatives are probably none; with
            false_negatives_above (similarity), false_negatives_mode ("attract" or "drop") and
            false_negatives_aggregate as in `loss`.
        ring: keep negatives of these fractions by rank of similarity, (inner, outer), or
            ring_draws of them, by ring_seed and ring_step, to which each training step adds its
            number, from 0.
        mix: negatives mixed of two of the mix_hardest hardest, and mix_queries with the query
            (MoCHi), by mix_seed and mix_step, as those of the ring; with hard_negatives or
            all_documents.
        beta: how much harder negatives weigh more; without, 1 of hcl, 0 of the others.
        tau_plus: the chance that a negative shows the same thing as the anchor; without, 0.1 of
            hcl and dcl, 0 of the others.
        detach_weights: no gradient passes through the weights of harder negatives.
        noise: length of the noise added to training rows, relative to theirs.
        dropout: the chance that an element of a training row is set to zero; one of a row stays
            in any case.
        seed: of the split, the order, the noise and an mlp's first layer.
        threads: all processors without; no effect on the result.
        progress: called with (epoch, share of it done); returning True ends the work.

    Raises:
        ContrastiveError: an argument that cannot be used, by name.
    """
    options = given(
        positives=positives, neighbors=neighbors, clusters=clusters, head=head, hidden=hidden,
        sides=sides, loss=loss, temperature=temperature, bias=bias, epochs=epochs,
        batch_size=batch_size, rate=rate, weight_decay=weight_decay, holdout=holdout,
        validation=validation, patience=patience, hard_negatives=hard_negatives,
        candidates=candidates, below=below, skip_top=skip_top, all_documents=all_documents,
        false_negatives_top=false_negatives_top, false_negatives_above=false_negatives_above,
        false_negatives_mode=false_negatives_mode,
        false_negatives_aggregate=false_negatives_aggregate, ring=ring,
        ring_draws=ring_draws, ring_seed=ring_seed, ring_step=ring_step, mix=mix,
        mix_queries=mix_queries, mix_hardest=mix_hardest, mix_seed=mix_seed, mix_step=mix_step,
        beta=beta, tau_plus=tau_plus, detach_weights=detach_weights or None,
        noise=noise,
        dropout=dropout, seed=seed,
    )
    tensors = {"queries": queries, "documents": documents, "pairs": pairs}
    handle = c_void_p()
    report, arrays = searched(
        library.adapt, tensors, options, threads, progress, ctypes.byref(handle)
    )
    return Adapter(handle, report, arrays["held-out"])
