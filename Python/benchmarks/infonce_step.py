"""A training step with a bank: ours, compiled PyTorch and the engine alone, in turn.

Prints the medians and the median of the paired ratios: python infonce_step.py [repetitions]
"""

from __future__ import annotations

import statistics
import sys
import time

import torch
import torch.nn.functional as F

import contrastive as ct


def main() -> None:
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    rows, bank_rows, dimension, temperature = 256, 65_536, 128, 0.07
    torch.manual_seed(0)
    encoder = torch.nn.Linear(dimension, dimension)
    x = torch.randn(rows, dimension)
    keys = F.normalize(torch.randn(rows, dimension))
    bank = F.normalize(torch.randn(bank_rows, dimension))
    objective = ct.torch.InfoNCE(temperature)

    def reference(queries: torch.Tensor) -> torch.Tensor:
        own = (queries * keys).sum(1, keepdim=True)
        logits = torch.cat([own, queries @ bank.T], 1) / temperature
        return F.cross_entropy(logits, torch.zeros(rows, dtype=torch.int64))

    compiled = torch.compile(reference)

    def step(loss) -> float:
        encoder.zero_grad()
        value = loss(F.normalize(encoder(x)))
        value.backward()
        return float(value.detach())

    q = F.normalize(encoder(x)).detach().numpy()
    runs = {
        "contrastive": lambda: step(lambda queries: objective(queries, keys, bank)),
        "compiled": lambda: step(compiled),
        "eager": lambda: step(reference),
        "engine": lambda: ct.loss(
            "infonce", queries=q, keys=keys, bank=bank, temperature=temperature,
            gradients=["queries"],
        ).value,
    }
    values = {name: run() for name, run in runs.items()}
    assert max(values.values()) - min(values.values()) < 1e-4 * values["eager"], values
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(repetitions):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - start)
    for name, taken in times.items():
        ratio = statistics.median(t / o for t, o in zip(taken, times["contrastive"]))
        print(f"{name:12} {1e3 * statistics.median(taken):8.2f} ms  {ratio:6.2f} x")


main()
