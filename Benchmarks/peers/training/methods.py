"""The systems, as their authors' code has them: what each keeps between steps and minimizes.

A method is built for an encoder, gives its views, and turns a batch of views into a loss; `begin`
is called before an epoch, `after` after an optimizer step. What ours can do beyond its defaults
(SwAV's small views and queue, HCL's annealing) is left out.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn

import kmeans
import views
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

    def __init__(self, encoder, config):
        self.encoder, self.config = encoder, config
        self.views = [views.strong(config), views.strong(config)]

    def begin(self, epoch, projections):
        """`projections(encoder)` encodes every training image as it is, in evaluation mode."""

    def loss(self, batch, indices, step, steps):
        """Of a batch for each view, the images' indices, and the step of so many in the run."""
        raise NotImplementedError

    def after(self):
        pass

    def together(self, batch):
        """Unit embeddings of all views, which the encoder normalizes as one batch."""
        return unit(self.encoder(torch.cat(batch))).chunk(len(batch))


class SimCLR(Method):
    def loss(self, batch, indices, step, steps):
        return self.contrast(*self.together(batch))

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
    def __init__(self, encoder, config):
        super().__init__(encoder, config)
        self.momentum = twin(encoder)
        self.queue = Queue(config.bank_capacity, config.embedding_dimension)

    def loss(self, batch, indices, step, steps):
        queries = unit(self.encoder(batch[0]))
        follow(self.momentum, self.encoder, self.config.encoder_momentum)
        with torch.no_grad():
            self.keys = unit(self.momentum(batch[1]))
        return self.objective(queries, self.keys, indices)

    def after(self):
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
    def __init__(self, encoder, config):
        super().__init__(encoder, config)
        self.views = [views.strong(config), views.weak(config)]

    def objective(self, queries, keys, indices):
        if self.queue.count == 0:  # the first step: the other keys stand for the queue
            others = ~torch.eye(len(keys), dtype=torch.bool)
            student = (queries @ keys.T)[others].view(len(keys), -1)
            relations = (keys @ keys.T)[others].view(len(keys), -1)
        else:
            student = queries @ self.queue.filled().T
            relations = keys @ self.queue.filled().T
        own = (queries * keys).sum(1, keepdim=True)
        log_p = F.log_softmax(torch.cat([own, student], 1) / self.config.temperature, 1)
        target = F.softmax(relations / self.config.target_temperature, 1)
        weight = vars(self.config)["lambda"]
        return -(weight * log_p[:, 0] + (1 - weight) * (target * log_p[:, 1:]).sum(1)).mean()


class PCL(MoCo):
    def __init__(self, encoder, config):
        super().__init__(encoder, config)
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
    def __init__(self, encoder, config):
        super().__init__(encoder, config)
        self.prototypes = nn.Linear(config.embedding_dimension, config.prototypes, bias=False)
        self.modules = (self.prototypes,)

    def loss(self, batch, indices, step, steps):
        weight = self.prototypes.weight
        weight.requires_grad_(step >= self.config.frozen_epochs * steps / self.config.epochs)
        with torch.no_grad():
            weight.copy_(unit(weight))
        scores = [self.prototypes(z) for z in self.together(batch)]
        with torch.no_grad():
            codes = [self.sinkhorn(s) for s in scores]
        pairs = zip(codes, reversed(scores))
        return sum(self.cross_entropy(code, s) for code, s in pairs) / 2

    def cross_entropy(self, code, scores):
        return -(code * F.log_softmax(scores / self.config.temperature, 1)).sum(1).mean()

    def sinkhorn(self, scores):
        q = ((scores - scores.max()) / self.config.epsilon).exp().T
        q /= q.sum()
        for _ in range(self.config.iterations):
            q /= q.sum(1, keepdim=True) * q.shape[0]
            q /= q.sum(0, keepdim=True) * q.shape[1]
        return (q * q.shape[1]).T


class BYOL(Method):
    def __init__(self, encoder, config):
        super().__init__(encoder, config)
        self.target = twin(encoder)
        size = config.embedding_dimension
        self.predictor = perceptron(size, config.predictor_dimension, size, "hidden")
        self.modules = (self.predictor,)

    def loss(self, batch, indices, step, steps):
        momentum = self.config.encoder_momentum
        if self.config.momentum_schedule == "cosine":
            momentum = 1 - (1 - momentum) * (1 + math.cos(math.pi * step / steps)) / 2
        follow(self.target, self.encoder, momentum)
        with torch.no_grad():
            targets = [unit(self.target(view)) for view in batch]
        predictions = [unit(self.predictor(self.encoder(view))) for view in batch]
        pairs = zip(predictions, reversed(targets))
        return sum((2 - 2 * (p * t).sum(1)).mean() for p, t in pairs)


METHODS = {
    "moco": MoCo,
    "simclr": SimCLR,
    "pcl": PCL,
    "sce": SCE,
    "hcl": HCL,
    "swav": SwAV,
    "byol": BYOL,
}
