"""Times our workloads and the peers' in turn, in one run, at the same number of threads.

Each alternation takes the median of a few runs of ours (a process of contrastive-bench) and of each
peer; the ratio is theirs over ours, with its spread over the alternations.
"""

import argparse
import json
import os
import statistics
import subprocess
import time

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--bench", required=True, help="the contrastive-bench executable")
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--alternations", type=int, default=5)
parser.add_argument("--runs", type=int, default=3)
parser.add_argument("--only", nargs="*", default=[])
options = parser.parse_args()
for name in ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"]:
    os.environ[name] = str(options.threads)
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=true"
os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[: options.threads]))

import jax  # noqa: E402
import numpy as np  # noqa: E402
import torch  # noqa: E402

import losses  # noqa: E402

torch.set_num_threads(options.threads)


def torch_step(loss, arrays, differentiated, compiled=False):
    function = torch.compile(loss) if compiled else loss

    def run():
        inputs = [
            torch.from_numpy(a).requires_grad_(i in differentiated) for i, a in enumerate(arrays)
        ]
        function(torch, *inputs).backward()

    return run


def jax_step(loss, arrays, differentiated):
    step = jax.jit(jax.value_and_grad(lambda *a: loss(jax, *a), argnums=tuple(differentiated)))
    inputs = [jax.numpy.asarray(a) for a in arrays]
    return lambda: jax.block_until_ready(step(*inputs))


def bank_arrays():
    return [losses.unit(256, 128, 1), losses.unit(256, 128, 2), losses.unit(65_536, 128, 3)]


def workloads():
    views = [losses.unit(4_096, 128, 1), losses.unit(4_096, 128, 2)]
    small = [losses.unit(1_024, 128, 1), losses.unit(1_024, 128, 2)]
    labelled = [losses.unit(8_192, 128, 1), np.random.default_rng(4).integers(0, 10, 8_192)]
    yield "infonce-bank", {
        "torch": torch_step(losses.torch_infonce, bank_arrays(), [0]),
        "torch-compiled": torch_step(losses.torch_infonce, bank_arrays(), [0], compiled=True),
        "jax": jax_step(losses.jax_infonce, bank_arrays(), [0]),
    }
    yield "nt-xent", {
        "torch": torch_step(losses.torch_nt_xent, views, [0, 1]),
        "torch-compiled": torch_step(losses.torch_nt_xent, views, [0, 1], compiled=True),
        "jax": jax_step(losses.jax_nt_xent, views, [0, 1]),
    }
    yield "sce", {"torch": torch_step(losses.torch_sce, bank_arrays(), [0])}
    yield "ressl", {"torch": torch_step(losses.torch_ressl, bank_arrays(), [0])}
    yield "supcon", {"torch": torch_step(losses.torch_supcon, labelled, [0])}
    yield "fnc", {"torch": torch_step(losses.torch_fnc, [losses.unit(4_096, 128, 1)], [0])}
    swav = [losses.unit(2_048, 128, 1), losses.unit(3_000, 128, 2)]
    yield "swav", {"torch": torch_step(losses.torch_swav, swav, [0, 1])}
    yield "hcl", {"torch": torch_step(losses.torch_hcl, small, [0, 1])}


def median_ms(run):
    times = []
    for _ in range(options.runs):
        start = time.perf_counter()
        run()
        times.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times)


def ours_ms(name):
    words = [options.bench, "--only", name, "--threads", str(options.threads)]
    words += ["--runs", str(options.runs)]
    return json.loads(subprocess.run(words, check=True, capture_output=True).stdout)["median_ms"]


print(f"{'workload':<14}{'peer':<16}{'ours ms':>9}{'theirs ms':>11}{'ratio':>8}   spread")
for name, peers in workloads():
    if options.only and name not in options.only:
        continue
    usable = {}
    for peer, run in peers.items():
        try:
            run()
            usable[peer] = run
        except Exception as error:  # a peer that cannot run here is named, not hidden
            print(f"{name:<14}{peer:<16}cannot run: {str(error).splitlines()[0][:60]}")
    rows = []
    for _ in range(options.alternations):
        rows.append((ours_ms(name), {peer: median_ms(run) for peer, run in usable.items()}))
    for peer in usable:
        ratios = sorted(theirs[peer] / ours for ours, theirs in rows)
        print(
            f"{name:<14}{peer:<16}{statistics.median(r[0] for r in rows):>9.1f}"
            f"{statistics.median(r[1][peer] for r in rows):>11.1f}"
            f"{statistics.median(ratios):>8.2f}   {ratios[0]:.2f} … {ratios[-1]:.2f}",
            flush=True,
        )
