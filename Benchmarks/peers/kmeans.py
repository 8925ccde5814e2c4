"""Times `contrastive kmeans`, `graph` and `knn` and faiss in turn, on the same files.

Given .npy files of embeddings (f4 [n, D], such as normalized pixels or the features of a trained
encoder), each is clustered from the same random rows by the command and by faiss, in turn; the
ratio is faiss over ours, so more is better for us. Objectives are sums of squared distances to the
final centroids, computed in float64 for both. One thread is compared by processor time, which other
programs disturb least; more by the clock.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import tempfile
import time

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--command", required=True, help="the contrastive executable")
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--alternations", type=int, default=3)
parser.add_argument("--iterations", type=int, default=20)
parser.add_argument("--clusters", type=int, nargs="*", default=[10, 50, 250, 1000, 2000, 4000])
parser.add_argument("--super", action="store_true", help="time faiss SuperKMeans, too")
parser.add_argument("--searches", action="store_true", help="time graph and knn, too")
parser.add_argument("files", nargs="*", help=".npy embeddings")
options = parser.parse_args()
for name in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"]:
    os.environ[name] = str(options.threads)

import faiss  # noqa: E402
import numpy as np  # noqa: E402

faiss.omp_set_num_threads(options.threads)
folder = tempfile.TemporaryDirectory()


def clock():
    return time.process_time() if options.threads == 1 else time.perf_counter()


def ours(*arguments):
    """Seconds of a command beyond those of reading and writing, and its report."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    out = subprocess.run(
        [options.command, *map(str, arguments), "-j", str(options.threads), "--json",
         "--output", f"{folder.name}/out.safetensors"],
        check=True, capture_output=True, text=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used, json.loads(out.stdout)


def objective(rows, centroids):
    index = faiss.IndexFlatL2(rows.shape[1])
    index.add(centroids)
    nearest = index.search(rows, 1)[1][:, 0]
    return sum(
        float(((part.astype(np.float64) - centroids[own]) ** 2).sum())
        for part, own in zip(np.array_split(rows, 32), np.array_split(nearest, 32))
    )


def plain(rows, initial):
    peer = faiss.Kmeans(
        rows.shape[1], len(initial), niter=options.iterations, seed=1,
        max_points_per_centroid=10**9, min_points_per_centroid=1,
    )
    start = clock()
    peer.train(rows, init_centroids=initial)
    return clock() - start, objective(rows, peer.centroids)


def fast(rows, initial):
    peer = faiss.SuperKmeans(
        rows.shape[1], len(initial), niter=options.iterations, seed=1,
        max_points_per_centroid=10**9, min_points_per_centroid=1,
    )
    start = clock()
    peer.train(rows)
    return clock() - start, objective(rows, peer.centroids)


def cluster(path):
    rows = np.ascontiguousarray(np.load(path), dtype=np.float32)
    for clusters in options.clusters:
        chosen = np.random.default_rng(0).choice(len(rows), clusters, replace=False)
        initial = np.ascontiguousarray(rows[chosen])
        np.save(f"{folder.name}/initial.npy", initial)
        arguments = ["kmeans", "--input", path, "--clusters", clusters, "--initial",
                     f"{folder.name}/initial.npy"]
        peers = {"faiss": plain} | ({"super": fast} if options.super else {})
        times = {name: [] for name in ["ours", *peers]}
        for _ in range(options.alternations):
            used, report = ours(*arguments, "--iterations", options.iterations)
            entry = report["clusterings"][0]
            if options.threads == 1:
                # Reading, checking and writing are in the process's time, not in faiss's.
                used -= ours(*arguments[:3], "--clusters", 1, "--iterations", 0)[0]
                times["ours"].append(used)
            else:
                times["ours"].append(entry["seconds"])
            found = {}
            for name, train in peers.items():
                seconds, found[name] = train(rows, initial)
                times[name].append(seconds)
        middle = {name: statistics.median(values) for name, values in times.items()}
        print(
            f"{os.path.basename(path)} {rows.shape} k {clusters}: "
            + ", ".join(f"{name} {value:.2f} s" for name, value in middle.items())
            + "; "
            + ", ".join(f"{name} / ours {middle[name] / middle['ours']:.2f}" for name in peers)
            + f"; objective {entry['objective']:.6g}, faiss {found['faiss']:.6g}; "
            + f"{100 * entry['computed_share']:.1f} % computed, {entry['strategy']}",
            flush=True,
        )


def search(name, queries, bank, k):
    np.save(f"{folder.name}/queries.npy", queries)
    np.save(f"{folder.name}/bank.npy", bank)
    times = {"ours": [], "faiss": []}
    graph = ["graph", "--input", f"{folder.name}/bank.npy", "--k", k]
    knn = ["knn", "--queries", f"{folder.name}/queries.npy", "--bank", f"{folder.name}/bank.npy",
           "--k", k]
    for _ in range(options.alternations):
        times["ours"].append(ours(*(graph if name == "graph" else knn))[1]["seconds"])
        index = faiss.IndexFlatIP(bank.shape[1])
        index.add(bank)
        start = time.perf_counter()
        index.search(queries, k + (name == "graph"))
        times["faiss"].append(time.perf_counter() - start)
    middle = {peer: statistics.median(values) for peer, values in times.items()}
    print(
        f"{name} {queries.shape} in {bank.shape}, k {k}: ours {middle['ours']:.2f} s, faiss "
        f"{middle['faiss']:.2f} s; faiss / ours {middle['faiss'] / middle['ours']:.2f}",
        flush=True,
    )


for path in options.files:
    cluster(path)
if options.searches:
    random = np.random.default_rng(1)

    def unit(count, dimension):
        rows = random.normal(size=(count, dimension)).astype(np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    rows = unit(60_000, 384)
    search("graph", rows, rows, 10)
    search("knn", unit(10_000, 128), unit(50_000, 128), 50)
