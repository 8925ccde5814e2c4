"""Times mining, duplicates and k-means from disk by the command and by its peers, in turn.

    python Benchmarks/peers/embeddings.py --contrastive PATH/contrastive Q.npy D.npy

Q and D are paired embeddings, float32 [n, D] each. The command's times are of whole processes,
files read and written included; those of the peers leave out what they load. Needs
sentence-transformers, datasets and faiss-cpu. Prints the medians, the ratios and what both found.

    mine        90 % of the queries among all documents, 100 candidates, 8 negatives below 0.95
                times the positive's similarity: sentence-transformers' mine_hard_negatives
                through faiss
    duplicates  queries and documents together, a cosine of at least 0.9: faiss's range_search
    kmeans      --rows x 128, 1,000 clusters, 10 iterations, in 128 MiB: the same in memory
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

import numpy as np


def timed(command):
    """Seconds, peak bytes and standard output of a process."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command} failed")
    return time.perf_counter() - start, usage.ru_maxrss * 1024, output


def tensor(path, name):
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        place = file.tell()
        entry = header[name]
        file.seek(place + entry["data_offsets"][0])
        data = file.read(entry["data_offsets"][1] - entry["data_offsets"][0])
    kind = {"I64": "<i8", "F32": "<f4", "I32": "<i4"}[entry["dtype"]]
    return np.frombuffer(data, kind).reshape(entry["shape"])


def say(name, ours, theirs, more):
    a, b = statistics.median(ours), statistics.median(theirs)
    print(f"{name}: ours {a:.2f} s, peer {b:.2f} s, ratio {b / a:.2f}; {more}", flush=True)


class Embedded:
    """What mine_hard_negatives asks of a model, with embeddings that are there already."""

    device = "cpu"

    def __init__(self, queries, documents):
        self.queries, self.documents = queries, documents

    def get_embedding_dimension(self):
        return self.queries.shape[1]

    def encode_query(self, texts, **options):
        return self.queries[[int(text[1:]) for text in texts]]

    def encode_document(self, texts, **options):
        return self.documents[[int(text[1:]) for text in texts]]

    @staticmethod
    def similarity_pairwise(a, b):
        import torch
        return (torch.as_tensor(a) * torch.as_tensor(b)).sum(1)


def mine(options, queries, documents, folder):
    from datasets import Dataset
    from sentence_transformers.util import mine_hard_negatives

    count = len(queries) * 9 // 10
    np.save(folder / "q.npy", queries[:count])
    np.save(folder / "d.npy", documents)
    pairs = np.stack([np.arange(count)] * 2, 1)
    np.save(folder / "pairs.npy", pairs)
    unit = [x / np.linalg.norm(x, axis=1, keepdims=True) for x in (queries[:count], documents)]
    model = Embedded(*unit)
    dataset = Dataset.from_dict({
        "anchor": [f"q{i}" for i in range(count)], "positive": [f"d{i}" for i in range(count)]})
    corpus = [f"d{i}" for i in range(len(documents))]
    ours, theirs = [], []
    for _ in range(options.rounds):
        seconds, _, _ = timed([
            options.contrastive, "mine", "--queries", folder / "q.npy",
            "--documents", folder / "d.npy", "--pairs", folder / "pairs.npy",
            "--threads", str(options.threads), "--output", folder / "m.safetensors"])
        ours.append(seconds)
        start = time.perf_counter()
        found = mine_hard_negatives(
            dataset, model, corpus=corpus, range_max=99, relative_margin=0.05, num_negatives=8,
            output_format="triplet", use_faiss=True, verbose=False)
        theirs.append(time.perf_counter() - start)
    peer = {}
    for row in found:
        peer.setdefault(int(row["anchor"][1:]), []).append(int(row["negative"][1:]))
    negatives = tensor(folder / "m.safetensors", "negatives")
    whole = [i for i in range(count) if negatives[i].min() >= 0]
    equal = sum(set(negatives[i]) == set(peer.get(i, [])) for i in whole)
    say("mine", ours, theirs,
        f"the same 8 negatives for {equal} of {len(whole)} queries that have 8; "
        f"peer's queries with any: {len(peer)}")


def duplicates(options, queries, documents, folder):
    import faiss

    rows = np.concatenate([queries, documents])
    np.save(folder / "rows.npy", rows)
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    ours, theirs = [], []
    for _ in range(options.rounds):
        seconds, _, _ = timed([
            options.contrastive, "duplicates", "--input", folder / "rows.npy", "--threshold", "0.9",
            "--threads", str(options.threads), "--output", folder / "p.safetensors"])
        ours.append(seconds)
        start = time.perf_counter()
        index = faiss.IndexFlatIP(rows.shape[1])
        index.add(unit)
        limits, _, neighbors = index.range_search(unit, 0.9)
        theirs.append(time.perf_counter() - start)
    first = np.repeat(np.arange(len(rows)), np.diff(limits).astype(np.int64))
    peer = {(i, j) for i, j in zip(first.tolist(), neighbors.tolist()) if i < j}
    found = {tuple(pair) for pair in tensor(folder / "p.safetensors", "pairs").tolist()}
    wide = rows.astype(np.float64)
    wide /= np.linalg.norm(wide, axis=1, keepdims=True)
    wrong = sum((wide[i] @ wide[j] >= 0.9) != ((i, j) in found) for i, j in found | peer)
    say("duplicates", ours, theirs,
        f"{len(found)} pairs, faiss {len(peer)}, not decided as in Double: {wrong}")


def kmeans(options, folder):
    random = np.random.default_rng(0)
    centers = random.standard_normal((3000, 128)).astype(np.float32)
    path = folder / "big.npy"
    data = np.lib.format.open_memmap(path, "w+", np.float32, (options.rows, 128))
    for start in range(0, options.rows, 50_000):
        stop = min(start + 50_000, options.rows)
        noise = random.standard_normal((stop - start, 128), np.float32)
        rows = centers[random.integers(0, 3000, stop - start)] + np.float32(0.8) * noise
        data[start:stop] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    data.flush()
    del data
    command = [
        options.contrastive, "kmeans", "--input", path, "--clusters", "1000", "--iterations", "10",
        "--threads", str(options.threads), "--output"]
    within, beyond, peaks = [], [], []
    for _ in range(options.rounds):
        seconds, peak, _ = timed(command + [folder / "beyond.safetensors", "--memory", "128M"])
        beyond.append(seconds)
        peaks.append(peak)
        within.append(timed(command + [folder / "within.safetensors"])[0])
    same = (folder / "beyond.safetensors").read_bytes() == (
        folder / "within.safetensors").read_bytes()
    a, b = statistics.median(beyond), statistics.median(within)
    print(f"kmeans from disk: {a:.1f} s, in memory {b:.1f} s, ratio {a / b:.2f}; "
          f"peak {max(peaks) / 2**20:.0f} MiB, the same file: {same}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--contrastive", required=True)
    parser.add_argument("--only", nargs="*", default=["mine", "duplicates", "kmeans"])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("queries")
    parser.add_argument("documents")
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = str(options.threads)
    queries, documents = (np.load(path) for path in (options.queries, options.documents))
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        if "mine" in options.only:
            mine(options, queries, documents, folder)
        if "duplicates" in options.only:
            duplicates(options, queries, documents, folder)
        if "kmeans" in options.only:
            kmeans(options, folder)


if __name__ == "__main__":
    main()
