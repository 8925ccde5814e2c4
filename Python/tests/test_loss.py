"""Objectives through numpy: golden cases, what is taken, what is refused."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from safetensors_file import case, cases, worst

import contrastive as ct
from contrastive._tensors import as_array


def unit(rows: int, dimension: int, seed: int) -> np.ndarray:
    x = np.random.default_rng(seed).standard_normal((rows, dimension)).astype(np.float32)
    return x / np.linalg.norm(x, axis=1, keepdims=True)


@pytest.mark.parametrize("path", cases(), ids=lambda path: path.stem)
def test_golden(path: Path) -> None:
    method, tensors, options, expected = case(path)
    names = [name for name in expected if name != "loss"]
    found = ct.loss(method, gradients=names, **tensors, **options)
    assert abs(found.value - expected["loss"][0]) <= 2e-5 * abs(expected["loss"][0])
    for name in names:
        assert worst(found.gradients[name], expected[name]) <= 1e-4, name
    if found.losses is not None:
        assert found.losses.mean() == pytest.approx(found.value, rel=1e-9)
    assert method == "swav" or found.losses is not None


def test_precision() -> None:
    tensors = {"queries": unit(64, 32, 1), "keys": unit(64, 32, 2), "bank": unit(5000, 32, 3)}
    exact = ct.loss("infonce", gradients=["queries", "bank"], **tensors)
    short = ct.loss("infonce", gradients=["queries", "bank"], precision="int16", **tensors)
    assert exact.error_bound is None and not exact.gradient_error_bounds
    assert short.error_bound is not None and 0 < short.error_bound < 1e-2
    assert short.value != exact.value
    assert abs(short.value - exact.value) <= short.error_bound
    off = np.abs(short.gradients["queries"] - exact.gradients["queries"]).max()
    assert 0 < off <= short.gradient_error_bounds["queries"]
    assert worst(short.gradients["bank"], exact.gradients["bank"]) <= 1e-3
    for method in ("sce", "ressl"):
        soft = ct.loss(method, gradients=["queries"], precision="int16", **tensors)
        plain = ct.loss(method, gradients=["queries"], **tensors)
        assert 0 < abs(soft.value - plain.value) <= soft.error_bound < 1e-2
        off = np.abs(soft.gradients["queries"] - plain.gradients["queries"]).max()
        assert 0 < off <= soft.gradient_error_bounds["queries"]
    views = {
        f"{side}{view}": unit(4, 8, view) for side in ("predictions", "projections")
        for view in (1, 2)
    }
    with pytest.raises(ct.ContrastiveError, match="precision"):
        ct.loss("byol", precision="int16", **views)
    with pytest.raises(ct.ContrastiveError, match="precision"):
        ct.loss("infonce", precision="int8", **tensors)


def test_there_are_all_cases() -> None:
    assert len(cases()) == 40


def test_default_gradients() -> None:
    q, k = unit(5, 8, 1), unit(5, 8, 2)
    found = ct.loss("infonce", queries=q, keys=k)
    assert list(found.gradients) == ["queries"] and found.form == "in-batch"
    assert found.parameters["temperature"] == 0.07
    assert ct.loss("infonce", queries=q, keys=k, gradients=[]).gradients == {}


def test_layouts_and_types() -> None:
    q, k = unit(6, 8, 1), unit(6, 8, 2)
    expected = ct.loss("infonce", queries=q, keys=k)
    for other in (
        np.asfortranarray(q), q[::-1][::-1], np.repeat(q, 2, 0)[::2], q.astype(np.float64),
        q.astype(">f4"),
    ):
        found = ct.loss("infonce", queries=other, keys=k)
        assert found.value == expected.value
        np.testing.assert_array_equal(found.gradients["queries"], expected.gradients["queries"])
    halves = ct.loss("infonce", queries=q.astype(np.float16), keys=k)
    assert halves.value == pytest.approx(expected.value, rel=1e-2)
    assert ct.loss("infonce", queries=q.tolist(), keys=memoryview(k)).value == pytest.approx(
        expected.value, rel=1e-6
    )


def test_large_bank_is_not_copied() -> None:
    q, bank = unit(4, 64, 1), np.zeros((400_000, 64), np.float32)
    bank[:, 0] = 1
    before = peak()
    ct.loss("infonce", queries=q, keys=q, bank=bank, gradients=["queries"])
    # The bank is 98 MiB.
    assert peak() - before < 60 << 20


def peak() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) << 10
    raise AssertionError


def test_same_bits_for_any_number_of_threads() -> None:
    q, k = unit(300, 32, 1), unit(300, 32, 2)
    values = {ct.loss("infonce", queries=q, keys=k, threads=n).value for n in (1, 2, 3, 7)}
    assert len(values) == 1


@pytest.mark.parametrize(
    ("given", "argument", "text"),
    [
        ({"temperature": 0}, "temperature", "found 0"),
        ({"temprature": 0.1}, "temprature", "temperature"),
        ({"temperature": "warm"}, "temperature", "a number"),
        ({"labels": np.zeros(3, np.int64)}, "inputs", "labels"),
        ({"queue": np.zeros((3, 4), np.float32)}, "inputs", "queue"),
        ({"keys": np.zeros((2, 4), np.float32)}, "keys", "[2 × 4]"),
        ({"keys": np.full((3, 4), np.nan, np.float32)}, "keys", "row 0, column 0"),
        ({"keys": np.array([["a"]])}, "keys", "numbers"),
        ({"normalize": True, "keys": np.zeros((3, 4))}, "keys", "norm 0"),
        ({"gradients": ["labels"]}, "gradients", "labels"),
        ({"gradients": ["bank"]}, "gradients", "bank"),
        ({"threads": 0}, "threads", "1 … 1024"),
        ({"temperature": float("nan")}, "temperature", "found nan, expected a finite number"),
        ({"ring": (0.1, np.float32("inf"))}, "ring", "found inf, expected a finite number"),
        ({"precision": float("nan")}, "precision", "found nan"),
        ({"temperature": np.complex64(1)}, "temperature", "found a complex64"),
        ({"bank": ct.QueueBank(3, 4)}, "bank", "no row written"),
    ],
)
def test_refusals(given: dict, argument: str, text: str) -> None:
    q = np.eye(3, 4, dtype=np.float32)
    with pytest.raises(ct.ContrastiveError) as caught:
        ct.loss("infonce", **{"queries": q, "keys": q, **given})
    assert text in str(caught.value)
    assert caught.value.argument == argument


def test_options_of_numpy() -> None:
    q, k = unit(5, 8, 1), unit(5, 8, 2)
    expected = ct.loss("infonce", queries=q, keys=k, temperature=0.25, false_negatives_top=1)
    for temperature in (np.float32(0.25), np.float64(0.25), np.longdouble(0.25)):
        found = ct.loss(
            "infonce", queries=q, keys=k, temperature=temperature, symmetric=np.bool_(False),
            false_negatives_top=np.int32(1),
        )
        assert found.value == expected.value and found.parameters == expected.parameters
    labels = np.arange(20) % 2
    sets = {"test": unit(20, 8, 3), "test_labels": labels, "threads": 1}
    of_numpy, plain = (
        ct.evaluate(**sets, clusters=count, measures=["clusters"]) for count in (np.int64(3), 3)
    )
    assert of_numpy["clusters"] == 3 and of_numpy["nmi"] == plain["nmi"]
    assert len(ct.duplicates(q, threshold=np.float32(0.5))) == len(ct.duplicates(q, threshold=0.5))
    for value, text in ((float("nan"), "found nan"), (object(), "found a object")):
        with pytest.raises(ct.ContrastiveError, match=f"temperature: {text}") as caught:
            ct.evaluate(q, temperature=value)
        assert caught.value.argument == "temperature"


class Elsewhere:
    """A tensor of another device, as PyTorch has it: only a copy on the CPU can be read."""

    def __init__(self, array: np.ndarray, is_here: bool = False) -> None:
        self.array, self.is_here = array, is_here

    def __dlpack__(self, **_: object) -> object:
        raise BufferError("Unsupported device in DLTensor.")

    def __dlpack_device__(self) -> tuple[int, int]:
        return (2, 0)

    def float(self) -> Elsewhere:
        return Elsewhere(self.array.astype(np.float32), self.is_here)

    def cpu(self) -> Elsewhere:
        return Elsewhere(self.array, True)

    def numpy(self) -> np.ndarray:
        assert self.is_here
        return self.array


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.float64, np.float16, np.bool_])
def test_other_devices_keep_their_types(dtype: type) -> None:
    values = {np.int64: [16777217, 2**53 + 1], np.int32: [16777217, -5], np.float64: [0.1, 1e300]}
    array = np.array(values.get(dtype, [0, 1]), dtype)
    found = as_array(Elsewhere(array), "ids")
    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found, array)


def test_whole_numbers_are_not_cut_off() -> None:
    x = np.random.default_rng(0).standard_normal((20, 3)).astype(np.float32)
    for call, argument in (
        (lambda n: ct.QueueBank(n, 4), "capacity"),
        (lambda n: ct.kmeans(x, 3, iterations=n), "iterations"),
        (lambda n: ct.kmeans(x, 3, restarts=n), "restarts"),
        (lambda n: ct.kmeans(x, 3, seed=n), "seed"),
        (lambda n: ct.sinkhorn(x, iterations=n), "iterations"),
        (lambda n: ct.knn(x, x, n), "k"),
    ):
        for value in (2**64 + 1, 1.5, "a"):
            with pytest.raises(ct.ContrastiveError, match=f"{argument}: found") as caught:
                call(value)
            assert caught.value.argument == argument
    with pytest.raises(ct.ContrastiveError, match="seed: found -1"):
        ct.kmeans(x, 3, seed=-1)


def test_long_work_between_passes_is_canceled() -> None:
    x = np.random.default_rng(0).standard_normal((4_000, 32)).astype(np.float32)
    for call in (
        lambda **more: ct.kmeans(x, 200, iterations=10**6, restarts=10**6, **more),
        lambda **more: ct.score(x[:500], x[:500], resamples=10**6, **more),
    ):
        start = time.monotonic()
        with pytest.raises(ct.Canceled):
            call(threads=1, progress=lambda step, done: time.monotonic() > start + 0.3)
        assert time.monotonic() < start + 20


def test_strides_of_axes_of_one_element() -> None:
    values = np.lib.stride_tricks.as_strided(
        np.arange(80, dtype=np.int8), (2, 1, 3), (40, 2**63 - 1, 1)
    )
    plain = ct.loss("fnc", embeddings=np.ascontiguousarray(values))
    assert ct.loss("fnc", embeddings=values).value == plain.value


def test_supcon_without_a_base_temperature() -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((6, 4)).astype(np.float32)
    labels = np.array([0, 0, 1, 1, 2, 2])

    def loss(temperature: float) -> float:
        return ct.loss(
            "supcon", embeddings=x, labels=labels, temperature=temperature, gradients=[]
        ).value

    found = ct.loss(
        "supcon", embeddings=x, labels=labels, temperature=0.5, gradients=["temperature"]
    ).gradients["temperature"]
    expected = (loss(0.501) - loss(0.499)) / 0.002
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_steps_of_a_bank() -> None:
    bank, row = ct.QueueBank(3, 4), unit(1, 4, 1)
    bank.enqueue(row, step=5)
    for step in (-7, -1, 2**63):
        with pytest.raises(ct.ContrastiveError, match=f"step: found {step}, expected") as caught:
            bank.enqueue(row, step=step)
        assert caught.value.argument == "step"
    with pytest.raises(ct.ContrastiveError, match="step: found 4"):
        bank.enqueue(row, step=4)
    bank.enqueue(row, step=np.int64(8))
    assert bank.ages.tolist() == [3, 0]


def test_unknown_method_and_missing_tensor() -> None:
    with pytest.raises(ct.ContrastiveError, match="infonce"):
        ct.loss("infonse", queries=np.eye(3), keys=np.eye(3))
    with pytest.raises(ct.ContrastiveError, match="keys"):
        ct.loss("infonce", queries=np.eye(3))


def test_progress_and_cancel() -> None:
    x = unit(30_000, 64, 3)
    seen: list[tuple[int, float]] = []
    with pytest.raises(ct.Canceled):
        ct.knn_graph(x, 1, threads=1, progress=lambda step, done: seen.append((step, done)) or True)
    assert len(seen) == 1 and 0 <= seen[0][1] <= 1

    def fails(step: int, done: float) -> None:
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        ct.knn_graph(x, 1, threads=1, progress=fails)


def test_interrupt_stops_long_work() -> None:
    script = (
        "import numpy as np, contrastive as ct, signal, time, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "x = np.random.default_rng(0).standard_normal((150_000, 128)).astype('f')\n"
        "print('go', flush=True)\n"
        "start = time.time()\n"
        "try: ct.knn_graph(x, 5, threads=1)\n"
        "except KeyboardInterrupt: sys.exit(5)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(0.5)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 5
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # In processor time, whatever else runs: 1.4e12 multiplications and additions take far longer.
    assert after.ru_utime - before.ru_utime < 5


def test_other_threads_run_meanwhile() -> None:
    x = unit(12_000, 64, 3)
    ticks = 0
    done = threading.Event()

    def tick() -> None:
        nonlocal ticks
        while not done.wait(0.001):
            ticks += 1

    thread = threading.Thread(target=tick)
    thread.start()
    ct.knn_graph(x, 5, threads=1)
    done.set()
    thread.join()
    assert ticks > 5


def test_forked_child() -> None:
    q = unit(300, 32, 1)
    expected = ct.loss("infonce", queries=q, keys=q).value
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        same = ct.loss("infonce", queries=q, keys=q).value == expected
        os._exit(0 if same else 1)
    _, status = os.waitpid(child, 0)
    assert os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0


def test_import_is_fast() -> None:
    script = (
        "import time, numpy\nstart = time.process_time()\nimport contrastive, sys\n"
        "print(time.process_time() - start)\n"
        "assert 'torch' not in sys.modules and 'sklearn' not in sys.modules\n"
    )
    command = [sys.executable, "-c", script]
    times = [
        float(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
        for _ in range(5)
    ]
    # Processor time, which a busy machine does not change much: 0.02 … 0.03 s.
    assert min(times) <= 0.05
