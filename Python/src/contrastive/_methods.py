"""What each method of `loss` takes: the names of its tensors and of its gradients."""

from __future__ import annotations

from typing import NamedTuple


class Method(NamedTuple):
    """Names as in `contrastive loss`, with underscores for dashes."""

    gradients: tuple[str, ...]
    scalars: tuple[str, ...] = ()
    default: tuple[str, ...] = ()

    @property
    def defaults(self) -> tuple[str, ...]:
        return self.default or self.gradients


_QUERIES = ("queries",)
_VIEWS = ("view1", "view2")
_PREDICTIONS = ("predictions1", "predictions2")

METHODS: dict[str, Method] = {
    "infonce": Method(("queries", "keys", "bank"), ("temperature",), _QUERIES),
    "nt-xent": Method(_VIEWS, ("temperature",)),
    "supcon": Method(("embeddings",), ("temperature",)),
    "instdisc": Method(_QUERIES),
    "simsiam": Method(_PREDICTIONS),
    "byol": Method(_PREDICTIONS),
    "swav": Method(("views", "prototypes")),
    "protonce": Method(_QUERIES),
    "hcsc": Method(_QUERIES),
    "looc": Method(_QUERIES),
    "fnc": Method(("embeddings",)),
    "invp": Method(_QUERIES),
    "hcl": Method(_VIEWS),
    "dcl": Method(_VIEWS),
    "mochi": Method(_QUERIES),
    "cns": Method(_QUERIES),
    "ressl": Method(_QUERIES),
    "sce": Method(_QUERIES, ("temperature",)),
    "siglip": Method(("queries", "keys"), ("temperature", "bias")),
    "decoupled": Method(_VIEWS, ("temperature",)),
}

#: Tensors that are lists: one for each clustering, level or support set.
NUMBERED = frozenset(
    {"centroids", "concentrations", "assignments", "negatives", "instance_mask", "prototype_mask"}
)

TENSORS = NUMBERED | frozenset(
    {
        "queries", "keys", "bank", "view1", "view2", "views", "embeddings", "labels", "indices",
        "noise", "predictions1", "predictions2", "projections1", "projections2", "prototypes",
        "queue", "support", "neighbors", "pairs", "pair_weights", "query_pairs", "query_weights",
        "ring_draws", "pair_terms", "pair_term_weights", "pair_term_targets",
    }
)
