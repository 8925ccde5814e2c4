"""sentence-transformers' ranking loss in its own training step, ours in its place, in turn.

    python_ranking.py [--repetitions 7] [--threads 2] [--rows 4096] [--dimension 384]

Each runs in a process of its own, so that its memory can be told: the peak of a step less what is
held before it, by the kernel's count (VmHWM, reset by clear_refs, less VmRSS). Times are of the
clock and of the processors: the second changes less on a busy machine. The model is one linear
layer, so that the loss is what is measured; `neither` is the same step with the mean product of
anchors and positives as loss: what model, embeddings and their gradients take. Also compares the
values and the gradients. Needs sentence-transformers.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from typing import Any

SCALE = 20.0
KINDS = ["ours", "theirs", "neither"]


def status(key: str) -> float:
    """MiB of a line of this process's status."""
    with open("/proc/self/status") as file:
        for line in file:
            if line.startswith(key + ":"):
                return int(line.split()[1]) / 1024
    return 0.0


def serve(kind: str, rows: int, dimension: int, threads: int) -> None:
    """Answers each line of standard input by a step."""
    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(0)

    class Model(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = torch.nn.Linear(dimension, dimension, bias=False)

        def forward(self, features: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
            return {"sentence_embedding": self.linear(features["x"])}

    model: Any = Model()
    if kind == "ours":
        from contrastive.torch.sentence_transformers import MultipleNegativesRankingLoss
    elif kind == "theirs":
        from sentence_transformers.losses import MultipleNegativesRankingLoss

    def neither(features: Any, labels: torch.Tensor) -> torch.Tensor:
        a, b = (model(feature)["sentence_embedding"] for feature in features)
        return (a * b).mean()

    loss = neither if kind == "neither" else MultipleNegativesRankingLoss(model, scale=SCALE)
    anchors = torch.randn(rows, dimension)
    features = [{"x": anchors}, {"x": anchors + 3 * torch.randn(rows, dimension)}]
    labels = torch.arange(rows)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
    for line in sys.stdin:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")  # the peak counts from here
        held = status("VmRSS")
        start, processors = time.perf_counter(), time.process_time()
        optimizer.zero_grad()
        value = loss(features, labels)
        value.backward()
        optimizer.step()
        seconds = time.perf_counter() - start
        busy = time.process_time() - processors
        print(
            json.dumps({
                "ms": 1e3 * seconds, "busy": 1e3 * busy, "mib": status("VmHWM") - held,
                "value": float(value.detach()), "norm": float(model.linear.weight.grad.norm()),
            }),
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rows", type=int, default=4096)
    parser.add_argument("--dimension", type=int, default=384)
    parser.add_argument("--serve", choices=KINDS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        return serve(arguments.serve, arguments.rows, arguments.dimension, arguments.threads)
    words = [sys.executable, __file__, *sys.argv[1:], "--serve"]
    processes = {
        kind: subprocess.Popen(
            [*words, kind], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for kind in KINDS
    }

    def ask(process: Any) -> dict[str, float]:
        process.stdin.write("step\n")
        process.stdin.flush()
        time.sleep(0)
        answer: dict[str, float] = json.loads(process.stdout.readline())
        return answer

    first = {kind: ask(process) for kind, process in processes.items()}
    for name in ("value", "norm"):
        a, b = first["ours"][name], first["theirs"][name]
        assert abs(a - b) < 1e-4 * abs(b), (name, a, b)
    found: dict[str, list[dict[str, float]]] = {kind: [] for kind in processes}
    for _ in range(arguments.repetitions):
        for kind, process in processes.items():
            time.sleep(0.25)  # idle threads spin for a while
            found[kind].append(ask(process))
    for process in processes.values():
        process.stdin.close()
        process.wait(timeout=60)
    print(f"{arguments.rows} × {arguments.dimension}, {arguments.threads} threads, medians")
    memory = {}
    for kind, answers in found.items():
        milliseconds = statistics.median(a["ms"] for a in answers)
        busy = statistics.median(a["busy"] for a in answers)
        # The first step also makes what is kept for the next ones.
        memory[kind] = max(a["mib"] for a in [first[kind], *answers])
        later = max(a["mib"] for a in answers)
        print(
            f"{kind:8} {milliseconds:8.1f} ms, {busy:.1f} of the processors; "
            f"{memory[kind]:.1f} MiB at most, {later:.1f} after the first step"
        )
    pairs = list(zip(found["ours"], found["theirs"], found["neither"]))
    ratio, of_busy = (
        statistics.median(t[key] / o[key] for o, t, _ in pairs) for key in ("ms", "busy")
    )
    alone = statistics.median(
        (t["busy"] - n["busy"]) / (o["busy"] - n["busy"]) for o, t, n in pairs
    )
    print(
        f"theirs / ours {ratio:.2f}; of the processors {of_busy:.2f}, less what neither takes "
        f"{alone:.2f}"
    )
    ours, theirs = (memory[kind] - memory["neither"] for kind in ("ours", "theirs"))
    print(f"memory of the loss alone {ours:.0f} of {theirs:.0f} MiB")


if __name__ == "__main__":
    main()
