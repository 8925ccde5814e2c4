"""One peer on one workload: runs it whenever a line on standard input asks for it.

The protocol is that of `contrastive-bench serve`: `run` is answered by the milliseconds of a run,
`outputs PATH` by a file of what the last run computed.
"""

import json
import statistics
import sys
import time
import warnings

peer, workload, inputs_path, threads = sys.argv[1:5]
warnings.simplefilter("ignore")


def answer(**words):
    print(json.dumps(words), flush=True)


def make(inputs):
    import other_peers

    if peer.startswith("torch") or peer == "metric-learning":
        import torch

        import torch_peers

        torch.set_num_threads(int(threads))
        torch.manual_seed(0)
        if peer == "metric-learning":
            return torch_peers.metric_learning(workload, inputs)
        return torch_peers.make(workload, inputs, compiled=peer == "torch-compiled")
    if peer == "faiss-super":
        return other_peers.faiss(workload, inputs, pruned=True)
    return getattr(other_peers, peer)(workload, inputs)


def timed(run, least=0.03):
    times, total, outputs = [], 0.0, {}
    while not times or (total < least and len(times) < 1_000):
        start = time.perf_counter()
        outputs = run()
        seconds = time.perf_counter() - start
        times.append(seconds)
        total += seconds
    return 1e3 * statistics.median(times), outputs


import tensors  # noqa: E402

run = make(tensors.read(inputs_path))
answer(ready=True)
last = {}
for line in sys.stdin:
    words = line.strip().split(" ", 1)
    if words[0] == "run":
        milliseconds, last = timed(run)
        answer(ms=milliseconds)
    else:
        tensors.write(words[1], last)
        answer(written=len(last))
