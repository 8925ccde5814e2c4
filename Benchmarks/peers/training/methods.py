"""The systems, as their authors' code has them: what each keeps between steps and minimises.

A method is built for an encoder, gives its views, and turns a batch of views into a loss; `begin` is
called before an epoch, `after` after an optimiser step.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn

import kmeans
from encoder import follow, perceptron, twin


def unit(rows):
    return F.normalize(rows, dim=1)


class Queue:
    """The latest keys, first in, first out; it starts empty."""

    def __init__(self, capacity, dimension):
        self.rows = torch.zeros(capacity, dimension)
        self.count = self.next = 0

    def filled(self):
        return self.rows[: self.count]

    def add(self, keys):
        keys = keys[-len(self.rows) :]
        places = (self.next + torch.arange(len(keys))) % len(self.rows)
        self.rows[places] = keys
        self.next = (self.next + len(keys)) % len(self.rows)
        self.count = min(self.count + len(keys), len(self.rows))


class Method:
    modules = ()  # what learns besides the encoder

    def __init__(self, encoder, config, view):
        self.encoder, self.config = encoder, config
        self.views = [view, view]

    def begin(self, epoch, projections):
        """`projections(encoder)` encodes every training image as it is, in evaluation mode."""

    def after(self, step, steps):
        pass


class SimCLR(Method):
    def loss(self, views, indices):
        return self.contrast(*(unit(self.encoder(view)) for view in views))

    def contrast(self, a, b):
        z, n = torch.cat([a, b]), len(a)
        logits = (z @ z.T / self.config.temperature).fill_diagonal_(-torch.inf)
        return F.cross_entropy(logits, torch.arange(2 * n).roll(n))


class HCL(SimCLR):
    def contrast(self, a, b):
        t, tau_plus, beta = self.config.temperature, self.config.tau_plus, self.config.beta
        z, n = torch.cat([a, b]), len(a)
        own = torch.eye(n, dtype=torch.bool).repeat(2, 2)
        negatives = (z @ z.T / t).exp()[~own].view(2 * n, -1)
        positive = ((a * b).sum(1) / t).exp().repeat(2)
        weights = negatives**beta
        reweighted = (weights * negatives).sum(1) / weights.mean(1)
        count = 2 * n - 2
        hard = (reweighted - tau_plus * count * positive) / (1 - tau_plus)
        hard = hard.clamp(min=count * math.exp(-1 / t))
        return -(positive / (positive + hard)).log().mean()


class MoCo(Method):
    def __init__(self, encoder, config, view):
        super().__init__(encoder, config, view)
        self.momentum = twin(encoder)
        self.queue = Queue(config.bank_capacity, config.embedding_dimension)

    def loss(self, views, indices):
        queries = unit(self.encoder(views[0]))
        follow(self.momentum, self.encoder, self.config.encoder_momentum)
        with torch.no_grad():
            self.keys = unit(self.momentum(views[1]))
        return self.objective(queries, self.keys, indices)

    def after(self, step, steps):
        self.queue.add(self.keys)

    def objective(self, queries, keys, indices):
        if self.queue.count == 0:
            logits, target = queries @ keys.T, torch.arange(len(queries))
        else:
            own = (queries * keys).sum(1, keepdim=True)
            logits = torch.cat([own, queries @ self.queue.filled().T], 1)
            target = torch.zeros(len(queries), dtype=torch.long)
        return F.cross_entropy(logits / self.config.temperature, target)


class SCE(MoCo):
    def objective(self, queries, keys, indices):
        config, queue = self.config, self.queue.filled()
        if self.queue.count == 0:
            return super().objective(queries, keys, indices)
        own = (queries * keys).sum(1, keepdim=True)
        logits = torch.cat([own, queries @ queue.T], 1) / config.temperature
        log_p = F.log_softmax(logits, 1)
        teacher = F.softmax(keys @ queue.T / config.teacher_temperature, 1)
        relations = (teacher * log_p[:, 1:]).sum(1)
        weight = config.coefficient
        return -(weight * log_p[:, 0] + (1 - weight) * relations).mean()


class PCL(MoCo):
    def __init__(self, encoder, config, view):
        super().__init__(encoder, config, view)
        self.clusterings = []

    def begin(self, epoch, projections):
        if epoch < self.config.warmup_cluster_epochs:
            return
        features = unit(projections(self.momentum))
        self.clusterings = []
        for k in self.config.clusters:
            centroids, assignment, squares = kmeans.fit(features, k, self.config.kmeans_iterations)
            phi = self.concentration(assignment, squares, k)
            self.clusterings.append((unit(centroids), assignment, phi))

    def concentration(self, assignment, squares, k):
        sizes = torch.bincount(assignment, minlength=k)
        totals = torch.zeros(k).index_add_(0, assignment, squares.sqrt())
        phi = totals / sizes.clamp(min=1) / (sizes + 10.0).log()
        phi = torch.where(sizes > 1, phi, phi.max())
        phi = phi.clamp(*phi.quantile(torch.tensor([0.1, 0.9])))
        return self.config.temperature * phi / phi.mean()

    def objective(self, queries, keys, indices):
        loss = super().objective(queries, keys, indices)
        if not self.clusterings:
            return loss
        return loss + sum(self.proto(queries, indices, *c) for c in self.clusterings) / len(
            self.clusterings
        )

    def proto(self, queries, indices, centroids, assignment, phi):
        positives = assignment[indices]
        rest = torch.ones(len(centroids), dtype=torch.bool)
        rest[positives] = False
        rest = rest.nonzero().squeeze(1)
        rest = rest[torch.randperm(len(rest))[: self.config.negative_prototypes]]
        columns = torch.cat([positives, rest])
        logits = queries @ centroids[columns].T / phi[columns]
        return F.cross_entropy(logits, torch.arange(len(queries)))


class SwAV(Method):
    def __init__(self, encoder, config, view):
        super().__init__(encoder, config, view)
        self.prototypes = nn.Linear(config.embedding_dimension, config.prototypes, bias=False)
        self.modules = (self.prototypes,)

    def loss(self, views, indices):
        config = self.config
        with torch.no_grad():
            self.prototypes.weight.copy_(unit(self.prototypes.weight))
        scores = [self.prototypes(unit(self.encoder(view))) for view in views]
        with torch.no_grad():
            codes = [self.sinkhorn(s) for s in scores[:2]]
        terms = [
            -(code * F.log_softmax(s / config.temperature, 1)).sum(1).mean()
            for i, code in enumerate(codes)
            for v, s in enumerate(scores)
            if v != i
        ]
        return sum(terms) / len(terms)

    def sinkhorn(self, scores):
        q = ((scores - scores.max()) / self.config.epsilon).exp().T
        q /= q.sum()
        for _ in range(self.config.sinkhorn_iterations):
            q /= q.sum(1, keepdim=True) * q.shape[0]
            q /= q.sum(0, keepdim=True) * q.shape[1]
        return (q * q.shape[1]).T


class BYOL(Method):
    def __init__(self, encoder, config, view):
        super().__init__(encoder, config, view)
        self.target = twin(encoder)
        size = config.embedding_dimension
        self.predictor = perceptron(size, config.predictor_hidden, size)
        self.modules = (self.predictor,)

    def loss(self, views, indices):
        with torch.no_grad():
            targets = [unit(self.target(view)) for view in views]
        predictions = [unit(self.predictor(self.encoder(view))) for view in views]
        pairs = zip(predictions, reversed(targets))
        return sum((2 - 2 * (p * t).sum(1)).mean() for p, t in pairs)

    def after(self, step, steps):
        base = self.config.encoder_momentum
        follow(self.target, self.encoder, 1 - (1 - base) * (1 + math.cos(math.pi * step / steps)) / 2)


METHODS = {
    "moco": MoCo,
    "simclr": SimCLR,
    "pcl": PCL,
    "sce": SCE,
    "hcl": HCL,
    "swav": SwAV,
    "byol": BYOL,
}
