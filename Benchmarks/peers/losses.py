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
