"""The same linear adapter in PyTorch: head, loss, batches, steps and rule of stopping as in
`contrastive adapt`; pairs that are held out are read from the run. Prints one line a seed.

    contrastive adapt --queries Q.npy --documents D.npy --seeds 5 --output RUN
    python Benchmarks/peers/training/adapt.py Q.npy D.npy RUN
"""

import json
import math
import pathlib
import sys
import time

import numpy as np
import torch
from torch.nn import functional

EPOCHS, BATCH, RATE, DECAY, TEMPERATURE, PATIENCE = 20, 1024, 1e-3, 1.0, 0.05, 5


def mrr_at_10(rows, documents, pairs):
    """Mean reciprocal rank of each pair's document among all, 0 beyond the tenth."""
    total = 0.0
    for start in range(0, len(pairs), 1000):
        similarities = rows[start : start + 1000] @ documents.T
        own = similarities.gather(1, pairs[start : start + 1000, None])
        rank = (similarities > own).sum(1).double() + 1
        total += torch.where(rank <= 10, 1 / rank, 0.0).sum().item()
    return total / len(pairs)


def train(queries, documents, held_out, seed):
    """The gain of the best epoch on the held-out pairs, before and after, and the seconds."""
    torch.manual_seed(seed)
    rest = np.setdiff1d(np.arange(len(queries)), held_out)
    rest = torch.from_numpy(np.random.default_rng(seed).permutation(rest))
    validation, training = rest[: len(rest) // 10], rest[len(rest) // 10 :]
    held_out = torch.from_numpy(held_out)
    delta = torch.zeros(queries.shape[1], queries.shape[1], requires_grad=True)
    optimizer = torch.optim.AdamW([delta], lr=RATE, weight_decay=DECAY)
    batches = round(len(training) / BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: 0.5 * (1 + math.cos(math.pi * step / (batches * EPOCHS)))
    )

    def adapted(rows):
        return functional.normalize(rows + rows @ delta)

    before = mrr_at_10(queries[held_out], documents, held_out)
    best = mrr_at_10(queries[validation], documents, validation)
    kept, stale = delta.detach().clone(), 0
    start, epochs = time.perf_counter(), 0
    for _ in range(EPOCHS):
        for part in torch.tensor_split(training[torch.randperm(len(training))], batches):
            logits = adapted(queries[part]) @ documents[part].T / TEMPERATURE
            loss = functional.cross_entropy(logits, torch.arange(len(part)))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        epochs += 1
        with torch.no_grad():
            found = mrr_at_10(adapted(queries[validation]), documents, validation)
        if found > best:
            best, kept, stale = found, delta.detach().clone(), 0
        else:
            stale += 1
            if stale == PATIENCE:
                break
    seconds = time.perf_counter() - start
    with torch.no_grad():
        rows = queries[held_out]
        after = mrr_at_10(functional.normalize(rows + rows @ kept), documents, held_out)
    return before, after, seconds, epochs


def main():
    torch.set_num_threads(2)
    queries, documents = (
        functional.normalize(torch.from_numpy(np.load(name).astype(np.float32)))
        for name in sys.argv[1:3]
    )
    run = pathlib.Path(sys.argv[3])
    result = json.loads((run / "result.json").read_text())
    for place, ours in enumerate(result.get("seeds", [result])):
        folder = run if place == 0 else run / f"seed-{ours['seed']}"
        held_out = np.load(folder / "held-out.npy")
        before, after, seconds, epochs = train(queries, documents, held_out, ours["seed"])
        mine = ours["after"]["mrr_at_10"] - ours["before"]["mrr_at_10"]
        print(
            f"seed {ours['seed']}: mrr_at_10 {before:.4f}, PyTorch +{after - before:.4f} in "
            f"{seconds:.1f} s ({epochs} epochs), contrastive +{mine:.4f} in "
            f"{ours['seconds']:.1f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()
