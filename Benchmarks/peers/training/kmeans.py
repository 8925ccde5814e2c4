"""Lloyd's k-means on rows, by matrix products."""

import torch


def assign(rows, centroids, batch=4096):
    """The nearest centroid of each row and the squared distance to it."""
    lengths = centroids.square().sum(1)
    parts = [torch.addmm(lengths, part, centroids.T, alpha=-2).min(1) for part in rows.split(batch)]
    squares = torch.cat([p.values for p in parts]) + rows.square().sum(1)
    return torch.cat([p.indices for p in parts]), squares.clamp(min=0)


def fit(rows, k, iterations, centroids=None):
    """(centroids, assignment, squared distances); an empty cluster moves to a random row."""
    if centroids is None:
        centroids = rows[torch.randperm(len(rows))[:k]]
    for _ in range(iterations):
        assignment, _ = assign(rows, centroids)
        sizes = torch.bincount(assignment, minlength=k)
        sums = torch.zeros_like(centroids).index_add_(0, assignment, rows)
        centroids = sums / sizes.clamp(min=1)[:, None]
        empty = (sizes == 0).nonzero().squeeze(1)
        centroids[empty] = rows[torch.randint(len(rows), (len(empty),))]
    return centroids, *assign(rows, centroids)
