"""Negatives of all ranks: values and gradients are those of one process."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
import torch.nn.functional as F

import contrastive as ct

SIZES = {2: [5, 5], 3: [4, 6, 3]}


def rows(ranks: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(sum(SIZES[ranks]), 8, generator=generator)


def objectives(group: Any) -> dict[str, tuple[Any, int]]:
    return {
        "infonce": (
            ct.torch.InfoNCE(0.2, normalize=True, learnable_temperature=True, group=group), 2
        ),
        "ring draws": (
            ct.torch.InfoNCE(
                0.2, normalize=True, ring=(0.1, 0.9), ring_draws=4, ring_seed=3, group=group,
                learnable_temperature=True,
            ),
            2,
        ),
        "symmetric": (ct.torch.InfoNCE(0.2, symmetric=True, normalize=True, group=group), 2),
        "nt-xent": (ct.torch.NTXent(0.2, normalize=True, group=group), 2),
        "siglip": (ct.torch.SigLIP(normalize=True, learnable_bias=True, group=group), 2),
        "decoupled": (ct.torch.Decoupled(normalize=True, group=group), 2),
        "supcon": (ct.torch.SupCon(normalize=True, group=group), 1),
    }


def evaluate(
    name: str, objective: Any, linear: Any, inputs: list[torch.Tensor], labels: torch.Tensor
) -> Any:
    outputs = [linear(x) for x in inputs]
    return objective(outputs[0], labels) if name == "supcon" else objective(*outputs)


def work(rank: int, ranks: int, port: int, results: Any) -> None:
    torch.set_num_threads(1)
    dist.init_process_group(
        "gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=ranks
    )
    start = sum(SIZES[ranks][:rank])
    own = slice(start, start + SIZES[ranks][rank])
    found: dict[str, Any] = {}
    for name, (objective, count) in objectives(dist.group.WORLD).items():
        torch.manual_seed(0)
        both = torch.nn.ModuleDict({"linear": torch.nn.Linear(8, 6), "objective": objective})
        wrapped = torch.nn.parallel.DistributedDataParallel(_Step(name, both))
        labels = torch.arange(sum(SIZES[ranks]))[own] % 3
        value = wrapped([rows(ranks, s)[own] for s in range(count)], labels)
        value.backward()
        found[name] = (
            float(value), [p.grad.clone().numpy() for p in both.parameters() if p.grad is not None]
        )
    # A bank stays the rank's own.
    bank = F.normalize(rows(ranks, 9))
    q = F.normalize(rows(ranks, 1)[own])
    found["bank"] = float(ct.torch.InfoNCE(0.2, group=dist.group.WORLD)(q, q, bank))
    found["mix"] = refusal(group=dist.group.WORLD)
    results.put((rank, found))
    dist.barrier()
    dist.destroy_process_group()


def refusal(**options: Any) -> str:
    """What is said of mixes in the batch."""
    q = F.normalize(rows(2, 1))
    try:
        ct.torch.InfoNCE(0.2, mix=2, mix_queries=1, **options)(q, q)
    except ct.ContrastiveError as error:
        return str(error)
    return "nothing"


class _Step(torch.nn.Module):
    def __init__(self, name: str, both: Any) -> None:
        super().__init__()
        self.name, self.both = name, both

    def forward(self, inputs: list[torch.Tensor], labels: torch.Tensor) -> torch.Tensor:
        return evaluate(self.name, self.both["objective"], self.both["linear"], inputs, labels)


@pytest.mark.parametrize("ranks", [2, 3])
def test_ranks_are_one_process(ranks: int) -> None:
    context = mp.get_context("spawn")
    results = context.Queue()
    port = 29500 + ranks
    processes = [
        context.Process(target=work, args=(rank, ranks, port, results)) for rank in range(ranks)
    ]
    for process in processes:
        process.start()
    found = dict(results.get(timeout=240) for _ in range(ranks))
    for process in processes:
        process.join(60)
    total = sum(SIZES[ranks])
    for name, (objective, count) in objectives(None).items():
        torch.manual_seed(0)
        linear = torch.nn.Linear(8, 6)
        value = evaluate(
            name, objective, linear, [rows(ranks, s) for s in range(count)], torch.arange(total) % 3
        )
        value.backward()
        parameters = [*linear.parameters(), *objective.parameters()]
        expected = [p.grad for p in parameters if p.grad is not None]
        values = [found[rank][name][0] for rank in range(ranks)]
        assert sum(values) / ranks == pytest.approx(float(value), rel=1e-5), name
        for rank in range(ranks):
            for mine, exact in zip(found[rank][name][1], expected):
                # The worst seen is 4e-6.
                torch.testing.assert_close(torch.from_numpy(mine), exact, rtol=1e-4, atol=1e-5)
    assert all(found[rank]["bank"] > 0 for rank in range(ranks))
    assert "expected a bank" in refusal()
    assert all(found[rank]["mix"] == refusal() for rank in range(ranks))
