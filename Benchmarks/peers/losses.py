"""The peers' objectives: value and the gradients that our workload computes, by their own means."""

import numpy as np


def unit(rows, columns, seed):
    values = np.random.default_rng(seed).normal(size=(rows, columns)).astype(np.float32)
    return values / np.linalg.norm(values, axis=1, keepdims=True)


def torch_infonce(torch, q, k, bank, t=0.07):
    logits = torch.cat([(q * k).sum(1, keepdim=True), q @ bank.T], 1) / t
    return torch.nn.functional.cross_entropy(logits, torch.zeros(len(q), dtype=torch.long))


def torch_nt_xent(torch, a, b, t=0.1):
    z = torch.cat([a, b])
    n = len(a)
    logits = (z @ z.T / t).fill_diagonal_(-torch.inf)
    target = torch.cat([torch.arange(n, 2 * n), torch.arange(n)])
    return torch.nn.functional.cross_entropy(logits, target)


def torch_sce(torch, q, k, bank, t=0.1, tm=0.05, weight=0.5):
    logits = torch.cat([(q * k).sum(1, keepdim=True), q @ bank.T], 1) / t
    teacher = torch.softmax(k @ bank.T / tm, 1)
    log_p = torch.log_softmax(logits, 1)
    return -(weight * log_p[:, 0] + (1 - weight) * (teacher * log_p[:, 1:]).sum(1)).mean()


def torch_ressl(torch, q, k, bank, t=0.1, tm=0.04):
    teacher = torch.softmax(k @ bank.T / tm, 1)
    return -(teacher * torch.log_softmax(q @ bank.T / t, 1)).sum(1).mean()


def torch_supcon(torch, z, labels, t=0.07):
    same = labels[:, None] == labels[None]
    same.fill_diagonal_(False)
    logits = (z @ z.T / t).fill_diagonal_(-torch.inf)
    log_p = torch.log_softmax(logits, 1)
    return -(torch.where(same, log_p, 0).sum(1) / same.sum(1).clamp(min=1)).mean()


def torch_hcl(torch, a, b, t=0.5, tau=0.1, beta=1.0):
    z = torch.cat([a, b])
    n = len(a)
    mask = torch.ones(2 * n, 2 * n, dtype=torch.bool).fill_diagonal_(False)
    mask[torch.arange(n), torch.arange(n, 2 * n)] = False
    mask[torch.arange(n, 2 * n), torch.arange(n)] = False
    negatives = torch.exp(z @ z.T / t).masked_select(mask).view(2 * n, -1)
    positive = torch.exp((a * b).sum(1) / t).repeat(2)
    weights = negatives**beta
    reweighted = (weights * negatives).sum(1) / weights.mean(1)
    count = 2 * n - 2
    hard = ((reweighted - tau * count * positive) / (1 - tau)).clamp(min=count * np.exp(-1 / t))
    return -torch.log(positive / (positive + hard)).mean()


def torch_fnc(torch, z, views=8, t=0.1, k=10, threshold=0.7):
    rows = len(z)
    images = rows // views
    similarities = z @ z.T
    image = torch.arange(rows) % images
    with torch.no_grad():
        scores = similarities.view(views, images, rows).amax(0)
        scores = scores.masked_fill(image[None] == torch.arange(images)[:, None], -torch.inf)
        best = torch.zeros_like(scores, dtype=torch.bool).scatter_(1, scores.topk(k).indices, True)
        found = (best & (scores > threshold)).repeat(views, 1)
        positive = (image[None] == image[:, None]).fill_diagonal_(False) | found
    log_p = torch.log_softmax((similarities / t).fill_diagonal_(-torch.inf), 1)
    return -(torch.where(positive, log_p, 0).sum(1) / positive.sum(1)).mean()


def torch_swav(torch, z, prototypes, t=0.1, epsilon=0.05, iterations=3):
    scores = (z @ prototypes.T).chunk(2)
    with torch.no_grad():
        codes = []
        for s in scores:
            q = torch.exp(s / epsilon).T
            q = q / q.sum()
            for _ in range(iterations):
                q = q / q.sum(1, keepdim=True) / q.shape[0]
                q = q / q.sum(0, keepdim=True) / q.shape[1]
            codes.append((q * q.shape[1]).T)
    first = -(codes[0] * torch.log_softmax(scores[1] / t, 1)).sum(1).mean()
    return (first - (codes[1] * torch.log_softmax(scores[0] / t, 1)).sum(1).mean()) / 2


def jax_infonce(jax, q, k, bank, t=0.07):
    jnp = jax.numpy
    own = (q * k).sum(1) / t
    rest = q @ bank.T / t
    total = jax.scipy.special.logsumexp(jnp.concatenate([own[:, None], rest], 1), axis=1)
    return (total - own).mean()


def jax_nt_xent(jax, a, b, t=0.1):
    jnp = jax.numpy
    z = jnp.concatenate([a, b])
    n = len(a)
    logits = z @ z.T / t
    logits = jnp.where(jnp.eye(2 * n, dtype=bool), -jnp.inf, logits)
    own = jnp.tile((a * b).sum(1), 2) / t
    return (jax.scipy.special.logsumexp(logits, axis=1) - own).mean()
