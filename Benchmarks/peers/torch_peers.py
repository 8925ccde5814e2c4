"""The objectives as PyTorch users write them: dense logits and autograd."""

import math

import numpy as np
import torch
from torch.nn.functional import cross_entropy, logsigmoid, normalize


def own_first(q, k, negatives, t):
    logits = torch.cat([(q * k).sum(1, keepdim=True), negatives], 1) / t
    return cross_entropy(logits, torch.zeros(len(q), dtype=torch.long))


def infonce_bank(queries, keys, bank):
    return own_first(queries, keys, queries @ bank.T, 0.07)


def infonce_batch(queries, keys):
    return cross_entropy(queries @ keys.T / 0.07, torch.arange(len(queries)))


def clip(queries, keys):
    logits, own = queries @ keys.T / 0.07, torch.arange(len(queries))
    return (cross_entropy(logits, own) + cross_entropy(logits.T, own)) / 2


def nt_xent(view1, view2, t=0.1):
    z = torch.cat([view1, view2])
    n = len(view1)
    logits = (z @ z.T / t).fill_diagonal_(-torch.inf)
    return cross_entropy(logits, torch.cat([torch.arange(n, 2 * n), torch.arange(n)]))


def siglip(queries, keys, t=0.1, bias=-10):
    labels = 2 * torch.eye(len(queries)) - 1
    return -logsigmoid(labels * (queries @ keys.T / t + bias)).sum() / len(queries)


def decoupled(view1, view2, t=0.1):
    z = torch.cat([view1, view2])
    n = len(view1)
    rows = torch.arange(2 * n)
    partner = rows.roll(n)
    logits = z @ z.T / t
    positive = logits[rows, partner]
    excluded = torch.eye(2 * n, dtype=torch.bool)
    excluded[rows, partner] = True
    return (logits.masked_fill(excluded, -torch.inf).logsumexp(1) - positive).mean()


def sce(queries, keys, bank, t=0.1, tm=0.05, weight=0.5):
    logits = torch.cat([(queries * keys).sum(1, keepdim=True), queries @ bank.T], 1) / t
    teacher = torch.softmax(keys @ bank.T / tm, 1)
    log_p = torch.log_softmax(logits, 1)
    return -(weight * log_p[:, 0] + (1 - weight) * (teacher * log_p[:, 1:]).sum(1)).mean()


def ressl(queries, keys, bank, t=0.1, tm=0.04):
    teacher = torch.softmax(keys @ bank.T / tm, 1)
    return -(teacher * torch.log_softmax(queries @ bank.T / t, 1)).sum(1).mean()


def cns(queries, keys, bank, outer=0.1, inner=0.1):
    similarities = queries @ bank.T
    last = int(outer * len(bank))
    with torch.no_grad():
        ring = similarities.topk(last).indices[:, int(inner * last) :]
    return own_first(queries, keys, similarities.gather(1, ring), 0.07)


def mochi(queries, keys, bank, pairs, pair_weights, query_pairs, query_weights):
    similarities = queries @ bank.T
    with torch.no_grad():
        similarities.topk(1024)  # the search; what to mix of it is given
        # A query's mixes at a time: all of them would be 256 x 1,152 x 128 numbers.
        pairs = pairs.view(*pair_weights.shape, 2)
        query_pairs = query_pairs.view(query_weights.shape)
    extra = []
    for i, q in enumerate(queries):
        with torch.no_grad():
            w, v = pair_weights[i, :, None], query_weights[i, :, None]
            mixed = torch.cat(
                [
                    w * bank[pairs[i, :, 0]] + (1 - w) * bank[pairs[i, :, 1]],
                    v * q + (1 - v) * bank[query_pairs[i]],
                ]
            )
            mixed = normalize(mixed)
        extra.append(mixed @ q)
    return own_first(queries, keys, torch.cat([similarities, torch.stack(extra)], 1), 0.2)


def protonce(queries, keys, bank, **levels):
    loss = own_first(queries, keys, queries @ bank.T, 0.2)
    count = sum(name.startswith("centroids") for name in levels)
    for level in range(count):
        centroids, phi = levels[f"centroids_{level}"], levels[f"concentrations_{level}"]
        own = levels[f"assignments_{level}"]
        columns = torch.cat([own, levels[f"negatives_{level}"]])
        logits = queries @ centroids[columns].T / phi[columns]
        n = len(queries)
        duplicate = (own[:, None] == columns[None]).clone()
        duplicate[torch.arange(n), torch.arange(n)] = False
        logits = logits.masked_fill(duplicate, -torch.inf)
        loss = loss + cross_entropy(logits, torch.arange(n)) / count
    return loss


def supcon(embeddings, labels, t=0.07):
    same = (labels[:, None] == labels[None]).fill_diagonal_(False)
    logits = (embeddings @ embeddings.T / t).fill_diagonal_(-torch.inf)
    log_p = torch.log_softmax(logits, 1)
    return -(torch.where(same, log_p, 0).sum(1) / same.sum(1).clamp(min=1)).mean()


def hcl(view1, view2, t=0.5, tau=0.1, beta=1.0):
    z = torch.cat([view1, view2])
    n = len(view1)
    mask = torch.ones(2 * n, 2 * n, dtype=torch.bool).fill_diagonal_(False)
    mask[torch.arange(n), torch.arange(n, 2 * n)] = False
    mask[torch.arange(n, 2 * n), torch.arange(n)] = False
    negatives = torch.exp(z @ z.T / t).masked_select(mask).view(2 * n, -1)
    positive = torch.exp((view1 * view2).sum(1) / t).repeat(2)
    weights = negatives**beta
    reweighted = (weights * negatives).sum(1) / weights.mean(1)
    count = 2 * n - 2
    hard = ((reweighted - tau * count * positive) / (1 - tau)).clamp(min=count * math.exp(-1 / t))
    return -torch.log(positive / (positive + hard)).mean()


def fnc(embeddings, views=8, t=0.1, k=10, threshold=0.25):
    rows = len(embeddings)
    images = rows // views
    similarities = embeddings @ embeddings.T
    image = torch.arange(rows) % images
    with torch.no_grad():
        scores = similarities.view(views, images, rows).amax(0)
        scores = scores.masked_fill(image[None] == torch.arange(images)[:, None], -torch.inf)
        best = torch.zeros_like(scores, dtype=torch.bool).scatter_(1, scores.topk(k).indices, True)
        found = (best & (scores > threshold)).repeat(views, 1)
        positive = (image[None] == image[:, None]).fill_diagonal_(False) | found
    log_p = torch.log_softmax((similarities / t).fill_diagonal_(-torch.inf), 1)
    return -(torch.where(positive, log_p, 0).sum(1) / positive.sum(1)).mean()


def sinkhorn_codes(scores, epsilon=0.05, iterations=3):
    with torch.no_grad():
        q = torch.exp(scores / epsilon).T
        q = q / q.sum()
        for _ in range(iterations):
            q = q / q.sum(1, keepdim=True) / q.shape[0]
            q = q / q.sum(0, keepdim=True) / q.shape[1]
        return (q * q.shape[1]).T


def swav(views, prototypes, t=0.1):
    scores = (views @ prototypes.T).chunk(2)
    codes = [sinkhorn_codes(s) for s in scores]
    first = -(codes[0] * torch.log_softmax(scores[1] / t, 1)).sum(1).mean()
    return (first - (codes[1] * torch.log_softmax(scores[0] / t, 1)).sum(1).mean()) / 2


# The loss of each workload, and what it is differentiated by.
LOSSES = {
    "infonce-bank": (infonce_bank, ["queries"]),
    "infonce-batch": (infonce_batch, ["queries", "keys"]),
    "clip": (clip, ["queries", "keys"]),
    "siglip": (siglip, ["queries", "keys"]),
    "nt-xent": (nt_xent, ["view1", "view2"]),
    "decoupled": (decoupled, ["view1", "view2"]),
    "sce": (sce, ["queries"]),
    "ressl": (ressl, ["queries"]),
    "cns": (cns, ["queries"]),
    "mochi": (mochi, ["queries"]),
    "protonce": (protonce, ["queries"]),
    "supcon": (supcon, ["embeddings"]),
    "hcl": (hcl, ["view1", "view2"]),
    "fnc": (fnc, ["embeddings"]),
    "swav": (swav, ["views", "prototypes"]),
}


def arguments(inputs, variables):
    given = {}
    for name, values in inputs.items():
        tensor = torch.from_numpy(values).requires_grad_(name in variables)
        given[name.replace("-", "_").replace(".", "_")] = tensor
    return given


def loss_step(loss, variables, inputs):
    given = arguments(inputs, variables)

    def run():
        for name in variables:
            given[name].grad = None
        value = loss(**given)
        value.backward()
        outputs = {"gradient." + name: given[name].grad.numpy() for name in variables}
        return outputs | {"value": np.array([value.item()])}

    return run


def make(workload, inputs, compiled=False):
    if workload in LOSSES:
        loss, variables = LOSSES[workload]
        return loss_step(torch.compile(loss) if compiled else loss, variables, inputs)
    given = arguments(inputs, [])
    if workload == "sgemm":
        result = torch.empty(len(given["a"]), len(given["b"]))
        return lambda: torch.matmul(given["a"], given["b"].T, out=result) is None or {}
    if workload == "sinkhorn":
        return lambda: {"codes": sinkhorn_codes(given["scores"]).numpy()}
    if workload == "bank-enqueue":
        return enqueue(given["keys"])
    raise KeyError(workload)


def enqueue(keys, capacity=65_536, batches=1_000):
    bank = torch.zeros(capacity, keys.shape[1])

    def run():
        place = 0
        for _ in range(batches):
            bank[place : place + len(keys)] = normalize(keys)
            place = (place + len(keys)) % capacity
        return {}

    return run


def metric_learning(workload, inputs):
    from pytorch_metric_learning import distances, losses

    # Rows as they are given, as ours: its default differentiates through a normalization too.
    options = {"distance": distances.DotProductSimilarity(normalize_embeddings=False)}
    if workload == "supcon":
        step = losses.SupConLoss(temperature=0.07, **options)
    else:
        loss = losses.NTXentLoss(temperature=0.1, **options)

        def step(view1, view2):
            return loss(torch.cat([view1, view2]), torch.arange(len(view1)).repeat(2))

    variables = LOSSES[workload][1]
    given = arguments(inputs, variables)

    def run():
        for name in variables:
            given[name].grad = None
        value = step(*given.values()) if workload == "supcon" else step(**given)
        value.backward()
        outputs = {"gradient." + name: given[name].grad.numpy() for name in variables}
        return outputs | {"value": np.array([value.item()])}

    return run
