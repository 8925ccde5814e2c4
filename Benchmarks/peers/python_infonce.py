"""A training step of PyTorch with a bank: ours, its own ways, and our engine alone, in turn.

    python_infonce.py [--repetitions 15] [--threads 2]

InfoNCE of 256 queries against 65,536 × 128 rows behind a linear encoder: value and gradient. Peers
are PyTorch's cross-entropy of own similarity and bank, eager and compiled, and its
`linear_cross_entropy`, where it has one, eager, compiled and in chunks. That one has no column for
the own key beside the weight, so its keys are the first rows of the bank; ours leaves these out of
the bank again, and the values are the same. Prints medians and the medians of paired ratios.
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import Any, Callable

import torch
import torch.nn.functional as F

import contrastive as ct

ROWS, BANK, DIMENSION, TEMPERATURE = 256, 65_536, 128, 0.07


def peers(keys: torch.Tensor, bank: torch.Tensor) -> dict[str, Callable[[torch.Tensor], Any]]:
    places = torch.arange(ROWS)

    def reference(queries: torch.Tensor) -> torch.Tensor:
        own = (queries * keys).sum(1, keepdim=True)
        logits = torch.cat([own, queries @ bank[ROWS:].T], 1) / TEMPERATURE
        return F.cross_entropy(logits, torch.zeros(ROWS, dtype=torch.int64))

    ours, whole = ct.torch.InfoNCE(TEMPERATURE), bank[ROWS:].contiguous()
    in_bank, own_places = ct.torch.InfoNCE(TEMPERATURE), torch.stack([places, places], 1)
    found: dict[str, Callable[[torch.Tensor], Any]] = {
        "contrastive": lambda queries: ours(queries, keys, whole),
        "contrastive, keys in bank": lambda queries: in_bank(
            queries, keys, bank, pair_terms=own_places, pair_term_weights=torch.zeros(ROWS)
        ),
        "eager": reference,
        "compiled": torch.compile(reference),
    }
    linear = getattr(F, "linear_cross_entropy", None)
    if linear is not None:

        def linear_loss(queries: torch.Tensor) -> torch.Tensor:
            return linear(queries / TEMPERATURE, bank, places)

        found["linear_cross_entropy"] = linear_loss
        found["linear_cross_entropy, compiled"] = torch.compile(linear_loss)
        if hasattr(torch.nn, "LinearCrossEntropyOptions"):
            options = torch.nn.LinearCrossEntropyOptions()
            found["linear_cross_entropy, chunks"] = lambda queries: linear(
                queries / TEMPERATURE, bank, places, options=options
            )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=15)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    encoder = torch.nn.Linear(DIMENSION, DIMENSION)
    x = torch.randn(ROWS, DIMENSION)
    keys = F.normalize(torch.randn(ROWS, DIMENSION))
    bank = torch.cat([keys, F.normalize(torch.randn(BANK, DIMENSION))])

    def step(loss: Callable[[torch.Tensor], Any]) -> float:
        encoder.zero_grad()
        value = loss(F.normalize(encoder(x)))
        value.backward()
        return float(value.detach())

    runs: dict[str, Callable[[], float]] = {
        name: (lambda loss=loss: step(loss)) for name, loss in peers(keys, bank).items()
    }
    q, whole = F.normalize(encoder(x)).detach().numpy(), bank[ROWS:].numpy()
    runs["engine alone"] = lambda: ct.loss(
        "infonce", queries=q, keys=keys, bank=whole, temperature=TEMPERATURE,
        gradients=["queries"], threads=arguments.threads,
    ).value
    runs["encoder alone"] = lambda: step(lambda queries: (queries * keys).sum())
    values = {name: run() for name, run in runs.items() if name != "encoder alone"}
    plain = [v for n, v in values.items() if "linear" not in n and "keys" not in n]
    assert max(plain) - min(plain) < 1e-4 * plain[0], values
    in_bank = [v for n, v in values.items() if "linear" in n or "keys" in n]
    assert max(in_bank) - min(in_bank) < 1e-4 * in_bank[0], values
    times: dict[str, list[float]] = {name: [] for name in runs}
    runs["encoder alone"]()
    for _ in range(arguments.repetitions):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - start)
    print(f"PyTorch {torch.__version__}, {arguments.threads} threads, medians")
    for name, taken in times.items():
        ratio = statistics.median(t / o for t, o in zip(taken, times["contrastive"]))
        print(f"{name:32} {1e3 * statistics.median(taken):8.2f} ms  {ratio:6.2f} x ours")
    overhead = statistics.median(
        c - e - n
        for c, e, n in zip(times["contrastive"], times["engine alone"], times["encoder alone"])
    )
    print(f"overhead over the engine and the encoder: {1e3 * overhead:.2f} ms")


if __name__ == "__main__":
    main()
