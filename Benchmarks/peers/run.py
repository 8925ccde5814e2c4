"""Times our workloads and their peers in turn, in one run, on the same data and threads.

Each workload is a process of ours and one of each peer, all reading the same file of inputs. They
run one after the other, again and again; a ratio is theirs over ours of one such turn. What they
compute is compared: a peer that computes something else is not listed.
"""

import argparse
import datetime
import json
import os
import statistics
import subprocess
import sys
import tempfile

import numpy as np

import report
import tensors
from processes import Server, started

HERE = os.path.dirname(os.path.abspath(__file__))
RESULTS = os.path.join(HERE, "..", "results")
DENSE = ["torch", "torch-compiled", "jax"]
PEERS = {
    "sgemm": ["torch", "jax"],
    "infonce-bank": DENSE,
    "infonce-batch": DENSE,
    "clip": DENSE,
    "siglip": ["torch", "torch-compiled"],
    "nt-xent": DENSE + ["metric-learning"],
    "decoupled": ["torch", "torch-compiled"],
    "supcon": ["torch", "torch-compiled", "metric-learning"],
    "sce": ["torch", "torch-compiled"],
    "ressl": ["torch", "torch-compiled"],
    "protonce": ["torch", "torch-compiled"],
    "hcl": ["torch", "torch-compiled"],
    "fnc": ["torch", "torch-compiled"],
    "mochi": ["torch"],
    "cns": ["torch", "torch-compiled"],
    "swav": ["torch", "torch-compiled"],
    "sinkhorn": ["torch"],
    "kmeans": ["faiss", "faiss-super", "sklearn"],
    "kmeans-warm": ["faiss"],
    "knn": ["faiss"],
    "knn-graph": ["faiss"],
    "bank-enqueue": ["torch"],
}
# Largest relative difference of a value, and of a gradient over its largest element.
TOLERANCE = {"value": 1e-3, "matrix": 1e-2}
# The peers' k-means stop at another moment, and one of them starts from other centroids.
CLUSTERING_TOLERANCE = 3e-2

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--bench", required=True, help="the contrastive-bench executable")
parser.add_argument("--command", help="the contrastive executable, for its start-up")
parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
parser.add_argument("--alternations", type=int, default=5)
parser.add_argument("--only", nargs="*", default=[], help="workloads, by name")
parser.add_argument("--readme", help="a file whose marked block is replaced by the table")
options = parser.parse_args()

environment = dict(os.environ)
for name in ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"]:
    environment[name] = str(options.threads)
os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[: options.threads]))


def numbers(size):
    return [int(n) for n in size.replace("+", "x").split("x") if n.isdigit()]


def needed_gib(workload, size, peer):
    """What the largest matrices of a peer take, roughly."""
    n = numbers(size)
    if peer == "metric-learning" and workload == "nt-xent":
        return 4 * 4 * n[0] ** 3 / 2**30
    cells = {name: n[0] ** 2 for name in ("nt-xent", "decoupled", "supcon", "hcl")}
    if workload == "fnc":
        return 4 * 5 * (n[0] * n[1]) ** 2 / 2**30
    queries = ("infonce-bank", "infonce-batch", "clip", "siglip", "sce", "ressl", "cns", "mochi")
    if workload in queries:
        cells[workload] = n[0] * n[1]
    return 4 * 5 * cells.get(workload, 0) / 2**30


def available_gib():
    with open("/proc/meminfo") as file:
        for line in file:
            if line.startswith("MemAvailable"):
                return int(line.split()[1]) / 2**20
    return 0


def difference(ours, theirs):
    """The largest relative difference of the values and of the matrices both have."""
    value = matrix = 0.0
    for name in ours.keys() & theirs.keys():
        a, b = ours[name].astype(np.float64), theirs[name].astype(np.float64)
        if a.shape != b.shape:
            return float("inf"), float("inf")
        apart = float(np.abs(a - b).max() / max(np.abs(b).max(), 1e-30))
        if name == "value":
            value = max(value, apart)
        else:
            matrix = max(matrix, apart)
    return value, matrix


def spread(ratios):
    ratios = sorted(ratios)
    return {"ratio": statistics.median(ratios), "lowest": ratios[0], "highest": ratios[-1]}


def measure(workload, size, folder, log, sgemm):
    inputs = os.path.join(folder, "inputs.safetensors")
    subprocess.run([options.bench, "inputs", workload, size, inputs], check=True)
    row = {"workload": workload, "size": size, "threads": options.threads, "peers": {}}
    words = [options.bench, "serve", workload, size, inputs, "--threads", str(options.threads)]
    ours = Server(words, environment, log)
    outputs = os.path.join(folder, "ours.safetensors")
    ours.run()
    ours.ask(f"outputs {outputs}")
    computed = tensors.read(outputs)

    peers = {}
    for peer in PEERS.get(workload, []):
        if needed_gib(workload, size, peer) > 0.6 * available_gib():
            row["peers"][peer] = {"problem": "more memory than there is"}
            continue
        if (peer, workload) == ("metric-learning", "nt-xent") and numbers(size)[0] > 512:
            row["peers"][peer] = {"problem": "more memory than there is"}
            continue
        words = [sys.executable, os.path.join(HERE, "worker.py"), peer, workload, inputs]
        try:
            server = Server(words + [str(options.threads)], environment, log)
            server.run()
            theirs = os.path.join(folder, "theirs.safetensors")
            server.ask(f"outputs {theirs}")
            value, matrix = difference(computed, tensors.read(theirs))
        except (RuntimeError, BrokenPipeError) as error:
            row["peers"][peer] = {"problem": f"cannot run: {error}"}
            continue
        entry = row["peers"][peer] = {"value_apart": value, "matrix_apart": matrix}
        allowed = CLUSTERING_TOLERANCE if "kmeans" in workload else TOLERANCE["value"]
        if value > allowed or matrix > TOLERANCE["matrix"]:
            entry["problem"] = f"computes something else ({value:.1e}, {matrix:.1e})"
            server.close()
            continue
        peers[peer] = server

    turns = []
    for _ in range(options.alternations if PEERS.get(workload) else 1):
        servers = {"sgemm": sgemm, "ours": ours} | peers
        turn = {name: server.run() for name, server in servers.items()}
        turns.append(turn)
        if not peers and turn["ours"] > 5_000:
            break
    row["ours_ms"] = statistics.median(turn["ours"] for turn in turns)
    row["resident_mib"], row["peak_mib"] = ours.resident, ours.peak()
    operations = ours.ready["operations"]
    if operations:
        rate = statistics.median(t["sgemm"] / t["ours"] for t in turns)
        row["gflops"] = operations / row["ours_ms"] / 1e6
        row["of_sgemm"] = rate * operations / sgemm.ready["operations"]
    for peer, server in peers.items():
        row["peers"][peer] |= spread([turn[peer] / turn["ours"] for turn in turns])
        row["peers"][peer]["ms"] = statistics.median(turn[peer] for turn in turns)
        row["peers"][peer]["resident_mib"] = server.resident
        row["peers"][peer]["peak_mib"] = server.peak()
        server.close()
    ours.close()
    return row


def start_up():
    """Our command, which prints its help, and what a script of the peers' has done by then."""
    imports = ["torch", "jax", "faiss", "sklearn"]
    words = {"ours": [options.command, "--help"]}
    words |= {name: [sys.executable, "-c", f"import {name}"] for name in imports}
    for name in words:
        started(words[name], environment)
    turns = [
        {name: started(words[name], environment) for name in words}
        for _ in range(options.alternations)
    ]
    row = {"workload": "start-up", "size": "", "threads": options.threads, "peers": {}}
    row["ours_ms"] = statistics.median(turn["ours"] for turn in turns)
    for name in imports:
        entry = row["peers"][name] = spread([turn[name] / turn["ours"] for turn in turns])
        entry["ms"] = statistics.median(turn[name] for turn in turns)
    return row


def train_epoch(method, folder):
    """The seconds of an epoch by our command and by its PyTorch twin, each without evaluation."""
    images = 15_360
    row = {"workload": "train-epoch", "size": f"{method} {images}", "threads": options.threads}
    turns = []
    for turn in range(options.alternations):
        run = os.path.join(folder, f"{method}-{turn}")
        words = [options.command, "train", "--method", method, "--output", run, "--epochs", "1"]
        words += ["--limit", str(images), "--threads", str(options.threads)]
        started(words, environment)
        with open(os.path.join(run, "metrics.jsonl")) as file:
            ours = json.loads(file.readline())["seconds"]
        words = [sys.executable, os.path.join(HERE, "training", "train.py")]
        words += [os.path.join(run, "config.json"), "--threads", str(options.threads)]
        twin = subprocess.run(
            words, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
        )
        turns.append((ours, json.loads(twin.stdout)["epoch_seconds"][0]))
    row["ours_ms"] = 1e3 * statistics.median(ours for ours, _ in turns)
    entry = spread([theirs / ours for ours, theirs in turns])
    entry |= {"ms": 1e3 * statistics.median(theirs for _, theirs in turns)}
    row["peers"] = {"torch": entry}
    return row


def main():
    listed = subprocess.run([options.bench, "list"], check=True, capture_output=True, text=True)
    plan = [json.loads(line) for line in listed.stdout.splitlines()]
    everything = {(w["workload"], w["size"]) for w in plan}
    plan = [w for w in plan if not options.only or w["workload"] in options.only]
    results = report.Results(os.path.join(RESULTS, "peers.json"))
    results.describe(options, environment)
    print(report.LINE_HEADER, flush=True)
    with tempfile.TemporaryDirectory() as folder:
        log = open(os.path.join(folder, "log"), "w")
        words = [options.bench, "inputs", "sgemm", "2048x2048x2048", os.path.join(folder, "square")]
        subprocess.run(words, check=True)
        words[1] = "serve"
        sgemm = Server(words + ["--threads", str(options.threads)], environment, log)
        sgemm.run()
        for entry in plan:
            row = measure(entry["workload"], entry["size"], folder, log, sgemm)
            row["date"] = datetime.date.today().isoformat()
            results.add(row)
            results.save()
            print(report.lines(row), flush=True)
        sgemm.close()
        others = {
            "train-epoch": [
                lambda: train_epoch("moco", folder), lambda: train_epoch("pcl", folder),
            ],
            "start-up": [start_up],
        }
        for name, measures in others.items():
            if options.command and (not options.only or name in options.only):
                for make in measures:
                    row = make() | {"date": datetime.date.today().isoformat()}
                    results.add(row)
                    results.save()
                    print(report.lines(row), flush=True)
    table = results.markdown()
    with open(os.path.join(RESULTS, "peers.md"), "w") as file:
        file.write(table)
    if options.readme and everything <= results.rows.keys():
        report.insert(table, options.readme)
    for row in results.slower():
        print("slower than a peer: " + row)


main()
