"""Objectives as modules of PyTorch."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from safetensors_file import case, cases, worst

import contrastive as ct
from contrastive._methods import METHODS, NUMBERED
from contrastive._tensors import as_array

CLASSES = {
    "infonce": "InfoNCE", "nt-xent": "NTXent", "supcon": "SupCon", "instdisc": "InstDisc",
    "simsiam": "SimSiam", "byol": "BYOL", "swav": "SwAV", "protonce": "ProtoNCE", "hcsc": "HCSC",
    "looc": "LooC", "fnc": "FNC", "invp": "InvP", "hcl": "HCL", "dcl": "DCL", "mochi": "MoCHi",
    "cns": "CNS", "ressl": "ReSSL", "sce": "SCE", "siglip": "SigLIP", "decoupled": "Decoupled",
}


def unit(rows: int, dimension: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return F.normalize(torch.randn(rows, dimension, generator=generator))


def module(method: str, options: dict[str, Any], **more: Any) -> Any:
    given = {"self_" if n == "self" else n: v for n, v in options.items()}
    return getattr(ct.torch, CLASSES[method])(**given, **more)


def torch_case(path: Path) -> tuple[Any, dict[str, Any], dict[str, Any], Any]:
    method, tensors, options, expected = case(path)
    inputs = {
        name: [None if v is None else torch.from_numpy(v.copy()) for v in value]
        if name in NUMBERED
        else torch.from_numpy(value.copy())
        for name, value in tensors.items()
    }
    return method, inputs, options, expected


def test_every_method_has_a_module() -> None:
    assert CLASSES.keys() == METHODS.keys()
    assert all(hasattr(ct.torch, name) for name in CLASSES.values())


@pytest.mark.parametrize("path", cases(), ids=lambda path: path.stem)
def test_golden(path: Path) -> None:
    method, inputs, options, expected = torch_case(path)
    for name in expected:
        if name in inputs:
            inputs[name].requires_grad_()
    learned = {"learnable_temperature": True} if "temperature" in expected else {}
    objective = module(method, options, **learned)
    value = objective(**inputs)
    assert value.dtype == torch.float32 and value.dim() == 0
    assert abs(float(value) - expected["loss"][0]) <= 2e-5 * abs(expected["loss"][0])
    value.backward()
    for name in expected:
        if name in inputs:
            assert worst(inputs[name].grad, expected[name]) <= 1e-4, name
    if learned:
        # ∂/∂log(1/t) = −t · ∂/∂t.
        slope = float(objective.logit_scale.grad) / -objective.temperature
        assert slope == pytest.approx(expected["temperature"][0], rel=1e-4)
    # The shapes that the compiler is told are those that come out.
    if method != "swav":
        rows = module(method, options, reduction="none")(**inputs)
        assert float(rows.detach().mean()) == pytest.approx(float(value), rel=1e-5)
        total = module(method, options, reduction="sum")(**inputs)
        assert float(total) == pytest.approx(float(value) * len(rows), rel=1e-5)


@pytest.mark.parametrize("path", cases()[::2], ids=lambda path: path.stem)
def test_compiler_is_told_the_right_shapes(path: Path) -> None:
    from torch._subclasses.fake_tensor import FakeTensorMode

    method, inputs, options, _ = torch_case(path)
    with torch.no_grad():
        objective = module(method, options, **({} if method == "swav" else {"reduction": "none"}))
        real = objective(**inputs)
        with FakeTensorMode() as mode:
            fakes = {
                n: [None if t is None else mode.from_tensor(t) for t in v]
                if n in NUMBERED else mode.from_tensor(v)
                for n, v in inputs.items()
            }
            assert objective(**fakes).shape == real.shape


def reference(q: torch.Tensor, k: torch.Tensor, bank: torch.Tensor, t: Any) -> torch.Tensor:
    logits = torch.cat([(q * k).sum(1, keepdim=True), q @ bank.T], 1) / t
    return F.cross_entropy(logits, torch.zeros(len(q), dtype=torch.int64), reduction="none")


def test_gradients_against_float64() -> None:
    q, k, b = unit(6, 8, 1), unit(6, 8, 2), unit(20, 8, 3)
    doubles = [t.double().requires_grad_() for t in (q, k, b)]
    scale = torch.tensor(math.log(1 / 0.2), dtype=torch.float64, requires_grad=True)
    reference(*doubles, torch.exp(-scale)).mean().backward()
    floats = [t.clone().requires_grad_() for t in (q, k, b)]
    objective = ct.torch.InfoNCE(0.2, learnable_temperature=True)
    objective(*floats).backward()
    for found, exact in zip(floats, doubles):
        assert worst(found.grad, exact.grad) < 1e-5
    assert float(objective.logit_scale.grad) == pytest.approx(float(scale.grad), rel=1e-5)


def test_rows_with_weights() -> None:
    q, k, b, w = unit(6, 8, 1), unit(6, 8, 2), unit(20, 8, 3), torch.rand(6)
    exact = q.double().requires_grad_()
    (reference(exact, k.double(), b.double(), 0.2) * w).sum().backward()
    found = q.clone().requires_grad_()
    (ct.torch.InfoNCE(0.2, reduction="none")(found, k, b) * w).sum().backward()
    assert worst(found.grad, exact.grad) < 1e-5
    views = unit(6, 8, 4).requires_grad_()
    losses = ct.torch.NTXent(reduction="none")(views, k)
    losses.sum().backward()
    with pytest.raises(RuntimeError, match="different weights"):
        (ct.torch.NTXent(reduction="none")(views, k) * torch.rand(12)).sum().backward()


def test_opcheck() -> None:
    q, k = unit(4, 8, 1).requires_grad_(), unit(4, 8, 2).requires_grad_()
    b = unit(9, 8, 3)
    for tensors, names, wanted in (
        ([q, k, b], "queries,keys,bank", "queries,keys"),
        ([q, k], "queries,keys", "queries"),
        ([q.detach(), k.detach()], "queries,keys", ""),
    ):
        torch.library.opcheck(
            torch.ops.contrastive.evaluate.default,
            ("infonce", tensors, names, '{"temperature": 0.2}', wanted),
        )
    torch.library.opcheck(
        torch.ops.contrastive.scale.default,
        (torch.rand(4, 8), torch.rand(()), torch.rand(4), True),
    )


def test_compile_keeps_the_operator() -> None:
    objective = ct.torch.InfoNCE(0.2, normalize=True)
    linear = torch.nn.Linear(8, 8)
    x, k, b = unit(6, 8, 1), unit(6, 8, 2), unit(20, 8, 3)

    def step(x: torch.Tensor) -> torch.Tensor:
        return objective(linear(x), k, b)

    eager = step(x)
    eager.backward()
    expected = linear.weight.grad.clone()
    linear.zero_grad()
    compiled = torch.compile(step, fullgraph=True, backend="aot_eager")(x)
    compiled.backward()
    assert float(compiled) == pytest.approx(float(eager), rel=1e-6)
    torch.testing.assert_close(linear.weight.grad, expected, rtol=1e-4, atol=1e-7)


def test_types_and_modes() -> None:
    q, k = unit(6, 8, 1), unit(6, 8, 2)
    for dtype in (torch.float16, torch.bfloat16, torch.float64):
        leaf = q.to(dtype).requires_grad_()
        value = ct.torch.InfoNCE(0.2)(leaf, k)
        value.backward()
        assert leaf.grad.dtype == dtype and value.dtype == torch.float32
        assert float(value) == pytest.approx(float(ct.torch.InfoNCE(0.2)(q, k)), rel=2e-2)
    with torch.no_grad():
        assert not ct.torch.InfoNCE()(q.requires_grad_(), k).requires_grad
    assert ct.torch.InfoNCE()(q.detach().t().contiguous().t(), k).isfinite()
    with pytest.raises(ct.ContrastiveError, match="keys"):
        ct.torch.InfoNCE()(q, k[:3])
    with pytest.raises(ValueError, match="reduction"):
        ct.torch.InfoNCE(reduction="max")
    siglip = ct.torch.SigLIP(learnable_temperature=True, learnable_bias=True)
    siglip(q, k).backward()
    parameters = list(siglip.parameters())
    assert len(parameters) == 2 and all(p.grad is not None for p in parameters)


def test_a_graph_that_is_kept() -> None:
    rows = torch.randn(4, 3, requires_grad=True)
    value = ct.torch.InfoNCE(normalize=True)(rows, torch.randn(4, 3))
    value.backward(retain_graph=True)
    first = rows.grad.clone()
    rows.grad.zero_()
    value.backward(retain_graph=True)
    torch.testing.assert_close(rows.grad, first)
    value.backward()
    torch.testing.assert_close(rows.grad, 2 * first)


def test_lists_keep_their_places() -> None:
    rng = np.random.default_rng(7)
    n, k, levels = 4, 3, 2
    tensors: dict[str, Any] = {
        "queries": unit(n, 8, 1), "keys": unit(n, 8, 2), "bank": unit(9, 8, 3),
        "centroids": [unit(5, 8, 4 + level) for level in range(levels)],
        "concentrations": [torch.full((5,), 0.2)] * levels,
        "assignments": [torch.from_numpy(rng.integers(0, 2, n))] * levels,
        "negatives": [torch.tensor([2, 3, 4])] * levels,
        "instance_mask": [torch.ones(n, 9)] * levels,
    }
    mask = torch.from_numpy(rng.integers(0, 2, (n, k)).astype(np.float32))
    mask[0] = torch.tensor([1.0, 0, 0])
    values = []
    for masks in ([mask, None], [None, mask]):
        tensors["prototype_mask"] = masks
        found = float(ct.torch.HCSC()(**tensors))
        assert found == pytest.approx(ct.loss("hcsc", temperature=0.2, **tensors).value, rel=1e-6)
        values.append(found)
    # The two levels differ, so that the mask of one is no mask of the other.
    assert values[0] != pytest.approx(values[1], rel=1e-4)


def test_options_are_checked() -> None:
    q, k = unit(5, 8, 1), unit(5, 8, 2)
    with pytest.raises(ct.ContrastiveError, match="temperature: found nan") as caught:
        ct.torch.InfoNCE(temperature=math.nan)
    assert caught.value.argument == "temperature"
    with pytest.raises(ct.ContrastiveError, match="beta: found inf"):
        ct.torch.InfoNCE(beta=math.inf)
    of_numpy = ct.torch.InfoNCE(
        np.float32(0.25), symmetric=np.bool_(False), false_negatives_top=np.int64(1)
    )
    plain = ct.torch.InfoNCE(0.25, false_negatives_top=1)
    assert float(of_numpy(q, k)) == float(plain(q, k))


def test_types_that_numpy_lacks() -> None:
    x = unit(3, 8, 1)
    for dtype in (torch.bfloat16, torch.float8_e4m3fn, torch.float8_e5m2):
        array = as_array(x.to(dtype), "x")
        assert array.dtype == np.float32
        np.testing.assert_array_equal(array, x.to(dtype).float().numpy())
    with pytest.raises(ct.ContrastiveError, match="x: found elements of type complex64"):
        as_array(torch.ones(2, dtype=torch.complex64), "x")


def test_bank_state() -> None:
    bank = ct.torch.QueueBank(5, 4)
    first, second = unit(3, 4, 1), unit(4, 4, 2)
    bank.enqueue(3 * first, torch.tensor([7, 8, 9]))
    bank.enqueue(second)
    twin = ct.QueueBank(5, 4)
    twin.enqueue(3 * first.numpy(), ids=[7, 8, 9])
    twin.enqueue(second.numpy())
    np.testing.assert_allclose(bank.rows, twin.rows, atol=1e-7)
    assert bank.ids.tolist() == twin.ids.tolist() and bank.ages.tolist() == twin.ages.tolist()
    other = ct.torch.QueueBank(5, 4)
    other.load_state_dict(bank.state_dict())
    for b in (bank, other):
        b.enqueue(first)
    torch.testing.assert_close(other.rows, bank.rows)
    assert other.ages.tolist() == bank.ages.tolist()
    q = unit(6, 4, 3)
    assert ct.torch.InfoNCE()(q, q, bank) == ct.torch.InfoNCE()(q, q, bank.rows)
    samples = ct.torch.SampleBank(10, 4, momentum=0.5)
    samples.update(first, torch.tensor([1, 2, 3]))
    torch.testing.assert_close(samples.rows[1], first[0])
    assert ct.torch.InstDisc()(first, samples, torch.tensor([1, 2, 3])).isfinite()


def test_ids_of_a_queue() -> None:
    bank = ct.torch.QueueBank(4, 3)
    for ids in ([0.5, 1.0], [0, -3]):
        with pytest.raises(ct.ContrastiveError, match="ids: found"):
            bank.enqueue(torch.randn(2, 3), torch.tensor(ids))
    assert len(bank) == 0


def test_bank_in_half_precision() -> None:
    rows = unit(3, 4, 1)
    queue, samples = ct.torch.QueueBank(5, 4).half(), ct.torch.SampleBank(5, 4).half()
    queue.enqueue(rows)
    for _ in range(2):
        samples.update(rows, torch.tensor([0, 1, 2]))
    torch.testing.assert_close(queue.rows, rows.half())
    torch.testing.assert_close(samples.rows[:3], rows.half(), rtol=1e-3, atol=1e-3)


def test_sample_bank() -> None:
    bank = ct.torch.SampleBank(10, 4, momentum=0.75)
    drawn = bank.rows.clone()
    first, second = unit(3, 4, 1), unit(3, 4, 2)
    assert len(bank) == 10 and bank.ages.tolist() == [0] * 10
    bank.update(2 * first, torch.tensor([5, 2, 7]))
    # Every row is one of the bank's; those drawn at first are one step older.
    assert len(bank) == len(bank.rows) == len(bank.ids) == 10
    assert bank.ages.tolist() == [1, 1, 0, 1, 1, 0, 1, 0, 1, 1]
    torch.testing.assert_close(bank.rows[[5, 2, 7]], first)
    torch.testing.assert_close(bank.rows[[0, 9]], drawn[[0, 9]])
    # Of a sample's rows the last counts.
    bank.update(second, torch.tensor([5, 2, 5]))
    moved = F.normalize(0.75 * first[:2] + 0.25 * second[[2, 1]])
    torch.testing.assert_close(bank.rows[[5, 2]], moved)
    assert bank.ages.tolist() == [2, 2, 0, 2, 2, 0, 2, 1, 2, 2]


@pytest.mark.parametrize(
    ("scale", "ids", "argument", "text"),
    [
        (1.0, [0, 999999], "ids", "found 999999 at position 1, expected 0 ..< 10"),
        (1.0, [0, -1], "ids", "found -1 at position 1, expected 0 ..< 10"),
        (1.0, [0.0, 1.0], "ids", "whole numbers"),
        (1.0, [0], "ids", "found shape [1], expected [2]"),
        (
            -1.0, [0, 3], "embeddings",
            "embeddings: found norm 0 at row 1, expected a row that can be normalized",
        ),
        (-1 - 1e-7, [3, 0], "embeddings", "found norm 0 at row 0"),
        (0.0, [0, 3], "embeddings", "found norm 0 at row 0"),
        (math.nan, [0, 3], "embeddings", "not finite"),
    ],
)
def test_sample_bank_is_unchanged_by_what_it_refuses(
    scale: float, ids: list[float], argument: str, text: str
) -> None:
    bank = ct.torch.SampleBank(10, 4)
    row = unit(1, 4, 1)
    bank.update(row, torch.tensor([3]))
    before = {name: tensor.clone() for name, tensor in bank.state_dict().items()}
    with pytest.raises(ct.ContrastiveError) as caught:
        bank.update(scale * row.repeat(2, 1), torch.tensor(ids))
    assert text in str(caught.value) and caught.value.argument == argument
    assert all(torch.equal(before[name], tensor) for name, tensor in bank.state_dict().items())


def test_bank_sizes() -> None:
    for momentum in (-0.1, 1.0, 1.5, math.nan):
        with pytest.raises(ct.ContrastiveError, match=r"momentum: found .*, expected 0 \.\.< 1"):
            ct.torch.SampleBank(10, 4, momentum=momentum)
    with pytest.raises(ct.ContrastiveError, match="samples: found 0, expected at least 1"):
        ct.torch.SampleBank(0, 4)
    with pytest.raises(ct.ContrastiveError, match="dimension: found 0, expected at least 1"):
        ct.torch.QueueBank(3, 0)


def test_trains() -> None:
    torch.manual_seed(0)
    linear = torch.nn.Linear(16, 8)
    objective = ct.torch.NTXent(0.2, normalize=True)
    optimizer = torch.optim.SGD(linear.parameters(), lr=0.5)
    x = torch.randn(64, 16)
    losses = []
    for _ in range(30):
        optimizer.zero_grad()
        value = objective(linear(x), linear(x + 0.1 * torch.randn_like(x)))
        value.backward()
        optimizer.step()
        losses.append(float(value.detach()))
    assert losses[-1] < losses[0] - 0.05


def test_forked_workers() -> None:
    class Set(torch.utils.data.Dataset):
        def __len__(self) -> int:
            return 4

        def __getitem__(self, index: int) -> float:
            q = unit(200, 16, index)
            return float(ct.torch.InfoNCE()(q, q))

    expected = [Set()[i] for i in range(4)]
    loader = torch.utils.data.DataLoader(
        Set(), batch_size=None, num_workers=2, multiprocessing_context="fork", timeout=60
    )
    assert [float(v) for v in loader] == expected
