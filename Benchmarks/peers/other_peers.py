"""JAX, faiss and scikit-learn."""

import numpy as np


def jax_losses(jax):
    jnp, logsumexp = jax.numpy, jax.scipy.special.logsumexp

    def infonce_bank(queries, keys, bank, t=0.07):
        own = (queries * keys).sum(1) / t
        total = logsumexp(jnp.concatenate([own[:, None], queries @ bank.T / t], 1), axis=1)
        return (total - own).mean()

    def infonce_batch(queries, keys, t=0.07):
        own = (queries * keys).sum(1) / t
        return (logsumexp(queries @ keys.T / t, axis=1) - own).mean()

    def clip(queries, keys, t=0.07):
        own = (queries * keys).sum(1) / t
        logits = queries @ keys.T / t
        both = logsumexp(logits, axis=1) + logsumexp(logits, axis=0)
        return (both / 2 - own).mean()

    def nt_xent(view1, view2, t=0.1):
        z = jnp.concatenate([view1, view2])
        logits = jnp.where(jnp.eye(len(z), dtype=bool), -jnp.inf, z @ z.T / t)
        own = jnp.tile((view1 * view2).sum(1), 2) / t
        return (logsumexp(logits, axis=1) - own).mean()

    return {
        "infonce-bank": (infonce_bank, ["queries", "keys", "bank"], 1),
        "infonce-batch": (infonce_batch, ["queries", "keys"], 2),
        "clip": (clip, ["queries", "keys"], 2),
        "nt-xent": (nt_xent, ["view1", "view2"], 2),
    }


def jax(workload, inputs):
    import jax as library

    if workload == "sgemm":
        a, b = library.numpy.asarray(inputs["a"]), library.numpy.asarray(inputs["b"])
        product = library.jit(lambda a, b: a @ b.T)
        return lambda: library.block_until_ready(product(a, b)) is None or {}
    loss, names, variables = jax_losses(library)[workload]
    step = library.jit(library.value_and_grad(loss, argnums=tuple(range(variables))))
    given = [library.numpy.asarray(inputs[name]) for name in names]

    def run():
        value, gradients = library.block_until_ready(step(*given))
        outputs = {"gradient." + n: np.asarray(g) for n, g in zip(names, gradients)}
        return outputs | {"value": np.array([float(value)])}

    return run


def faiss(workload, inputs, pruned=False):
    import faiss as library

    if workload == "kmeans":
        points, first = inputs["points"], inputs["centroids"]

        def run():
            if pruned:
                clustering = library.SuperKmeans(points.shape[1], len(first), niter=10)
                clustering.train(points)
            else:
                clustering = library.Kmeans(
                    points.shape[1], len(first), niter=10, max_points_per_centroid=10**7,
                    min_points_per_centroid=1,
                )
                clustering.train(points, init_centroids=first)
            return {"value": np.array([float(clustering.obj[-1])])}

        return run

    if workload == "kmeans-warm":
        points, moved, first = inputs["points"], inputs["moved"], inputs["centroids"]

        def cluster(points, first, iterations):
            clustering = library.Kmeans(
                points.shape[1], len(first), niter=iterations, max_points_per_centroid=10**7,
                min_points_per_centroid=1,
            )
            clustering.train(points, init_centroids=first)
            return clustering

        last = cluster(points, first, 10).centroids
        return lambda: {"value": np.array([float(cluster(moved, last, 2).obj[-1])])}

    def search(queries, bank, k):
        index = library.IndexFlatIP(bank.shape[1])
        index.add(bank)
        return index.search(queries, k)[0]

    if workload == "knn":
        return lambda: {"similarities": search(inputs["queries"], inputs["bank"], 50)}
    if workload == "knn-graph":
        rows = inputs["embeddings"]
        # The first neighbor of a row is itself, or its duplicate.
        return lambda: {"similarities": search(rows, rows, 11)[:, 1:]}
    raise KeyError(workload)


def sklearn(workload, inputs):
    from sklearn.cluster import KMeans

    points, first = inputs["points"], inputs["centroids"]

    def run():
        clustering = KMeans(len(first), init=first, n_init=1, max_iter=10, tol=0).fit(points)
        return {"value": np.array([clustering.inertia_])}

    return run
