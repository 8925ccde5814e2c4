"""Trains each method by us and by its PyTorch twin in turn, and compares accuracy and time.

Both sides are processes of their own with the same number of threads, images, epochs and
evaluations; the twin reads the config.json that our run has just written. Seconds are those of the
epochs alone, without start-up and evaluation; the whole processes' seconds stand beside them.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

METHODS = ["moco", "simclr", "pcl", "sce", "hcl", "swav", "byol"]
HERE = Path(__file__).parent
# Seconds of both sides per 10,000 images and epoch, on two cores; for the estimate alone.
SECONDS = {"moco": 5, "simclr": 6, "pcl": 7, "sce": 5, "hcl": 6, "swav": 7, "byol": 8}

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--contrastive", required=True, help="our command")
parser.add_argument("--only", nargs="*", default=METHODS, choices=METHODS, metavar="METHOD")
parser.add_argument("--epochs", type=int, default=5)
parser.add_argument("--limit", type=int, default=20_000, help="training images")
parser.add_argument("--seeds", type=int, nargs="*", default=[0], help="an alternation each")
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--data", help="data folder (default: installed Fashion-MNIST)")
parser.add_argument("--results", type=Path, default=HERE.parents[1] / "results")
options = parser.parse_args()

for name in ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"]:
    os.environ[name] = str(options.threads)
os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[: options.threads]))
common = ["--threads", str(options.threads), *(["--data", options.data] if options.data else [])]


def timed(words):
    start = time.perf_counter()
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, words))}:\n{done.stderr}")
    return json.loads(done.stdout), time.perf_counter() - start


def ours(method, seed, folder):
    words = [options.contrastive, "train", "--method", method, "--output", folder, *common]
    words += ["--epochs", str(options.epochs), "--limit", str(options.limit), "--seed", str(seed)]
    result, process = timed(words)
    epochs = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return {
        "knn_accuracy": result["knn_accuracy"],
        "random_encoder_knn_accuracy": result["random_encoder_knn_accuracy"],
        "epoch_seconds": [epoch["seconds"] for epoch in epochs],
        "process_seconds": process,
    }


def theirs(folder):
    result, process = timed([sys.executable, HERE / "train.py", folder / "config.json", *common])
    return {**result, "process_seconds": process}


def row(method, pairs):
    def mean(side, value):
        return statistics.mean(value(pair[side]) for pair in pairs)

    points = [100 * mean(side, lambda r: r["knn_accuracy"]) for side in ("ours", "twin")]
    seconds = [mean(side, lambda r: sum(r["epoch_seconds"])) for side in ("ours", "twin")]
    process = [mean(side, lambda r: r["process_seconds"]) for side in ("ours", "twin")]
    return (
        f"| {method} | {points[0]:.1f} | {points[1]:.1f} | {points[0] - points[1]:+.1f} "
        f"| {seconds[0]:.1f} | {seconds[1]:.1f} | {seconds[1] / seconds[0]:.2f} "
        f"| {process[0]:.1f} | {process[1]:.1f} |"
    )


minutes = sum(SECONDS[method] for method in options.only) * options.epochs / 60
minutes *= len(options.seeds) * options.limit / 10_000
print(f"About {math.ceil(minutes)} minutes on two quiet cores.", file=sys.stderr, flush=True)
lines = [
    f"Weighted kNN accuracy in percent and seconds; {options.limit} images, "
    f"{options.epochs} epochs, seeds {', '.join(map(str, options.seeds))}, "
    f"{options.threads} threads.",
    "",
    "| method | ours | twin | difference | ours s | twin s | twin s / ours s "
    "| ours, process s | twin, process s |",
    "|---|---|---|---|---|---|---|---|---|",
]
print("\n".join(lines), flush=True)
record = {key: getattr(options, key) for key in ["epochs", "limit", "seeds", "threads"]}
record["methods"] = {}
options.results.mkdir(parents=True, exist_ok=True)
failed = False
for method in options.only:
    pairs = []
    try:
        for seed in options.seeds:
            with tempfile.TemporaryDirectory() as folder:
                run = Path(folder) / "run"
                pairs.append({"seed": seed, "ours": ours(method, seed, run), "twin": theirs(run)})
    except RuntimeError as error:  # named, and the others go on
        print(f"{method} failed: {error}", file=sys.stderr, flush=True)
        failed = True
        continue
    record["methods"][method] = pairs
    lines.append(row(method, pairs))
    print(lines[-1], flush=True)
    (options.results / "training.json").write_text(json.dumps(record, indent=2) + "\n")
    (options.results / "training.md").write_text("\n".join(lines) + "\n")
sys.exit(failed)
