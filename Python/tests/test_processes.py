"""Calls that several processes share: threads in their place, and mpi4py where it is installed."""

import importlib.util
import os
import queue
import shutil
import subprocess
import sys
import threading

import contrastive as ct
import numpy as np
import pytest

SIZE = 3


class Request:
    def __init__(self, wait):
        self.Wait = wait


class Threaded:
    """A communicator whose processes are threads."""

    def __init__(self, rank, boxes):
        self.rank, self.boxes, self.sent = rank, boxes, 0

    def Get_rank(self):
        return self.rank

    def Get_size(self):
        return SIZE

    def Dup(self):
        return self

    def Free(self):
        pass

    def Isend(self, buf, dest, tag=0):
        self.boxes[self.rank, dest].put(bytes(buf))
        self.sent += len(buf)
        return Request(lambda: None)

    def Irecv(self, buf, source, tag=0):
        def wait():
            buf[:] = np.frombuffer(self.boxes[source, self.rank].get(timeout=60), np.uint8)

        return Request(wait)

    def Abort(self, errorcode=0):
        os._exit(errorcode)


def rows(count, dimension=16, seed=1):
    return np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)


def shared_calls():
    """What each function that shares its work gives, as arrays."""
    x, y = rows(900), rows(700, seed=2)
    found = {}
    result = ct.loss("infonce", queries=y, keys=rows(700, seed=3), bank=x, temperature=0.2,
                     gradients=["queries", "bank"])
    found["loss"] = [np.array(result.value), *result.gradients.values()]
    found["nt-xent"] = list(ct.loss("nt-xent", view1=x, view2=x + 0.1).gradients.values())
    found["knn"] = list(ct.knn(y, x, 5))
    found["graph"] = list(ct.knn_graph(x, 5))
    clustering = ct.kmeans(x, 7, seed=3)
    found["kmeans"] = [clustering.centroids, clustering.assignments]
    found["duplicates"] = [ct.duplicates(x, threshold=0.7).pairs]
    found["semantic"] = [ct.semantic_deduplication(x, keep_fraction=0.7, clusters=5).kept]
    adapter_file, *_ = ct.adapt(y, x[:700], epochs=2).__reduce__()[1]
    found["adapt"] = [np.frombuffer(adapter_file, np.uint8)]
    mined = ct.mine(y, x[:700], candidates=20, per_query=3)
    found["mine"] = [mined.negatives]
    found["score"] = list(ct.score(y, x[:700]).per_query.values())
    return found


def test_threads_in_the_place_of_processes():
    alone = shared_calls()
    boxes = {(a, b): queue.Queue() for a in range(SIZE) for b in range(SIZE)}
    results, communicators = [None] * SIZE, [Threaded(rank, boxes) for rank in range(SIZE)]

    def work(rank):
        with ct.sharing(communicators[rank]):
            results[rank] = shared_calls()

    threads = [threading.Thread(target=work, args=[rank]) for rank in range(SIZE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(communicator.sent > 10_000 for communicator in communicators)
    for found in results:
        for name, arrays in alone.items():
            for one, other in zip(arrays, found[name]):
                np.testing.assert_array_equal(one, other, err_msg=name)
    assert all(box.empty() for box in boxes.values())


def test_calls_that_do_not_share_refuse_others():
    with ct.sharing(Threaded(0, {})):
        with pytest.raises(ct.ContrastiveError, match="group: found 3 processes"):
            ct.sinkhorn(rows(8, 4))
    ct.sinkhorn(rows(8, 4))


SCRIPT = """
from mpi4py import MPI
import numpy as np, sys
sys.path.insert(0, sys.argv[1])
import contrastive as ct, test_processes
alone = test_processes.shared_calls()
with ct.sharing(MPI.COMM_WORLD):
    together = test_processes.shared_calls()
for name, arrays in alone.items():
    for one, other in zip(arrays, together[name]):
        np.testing.assert_array_equal(one, other, err_msg=name)
total = MPI.COMM_WORLD.allreduce(1)
if MPI.COMM_WORLD.rank == 0:
    print("equal on", total)
"""


@pytest.mark.skipif(
    not (importlib.util.find_spec("mpi4py") and shutil.which("mpirun")),
    reason="mpi4py and mpirun are not both installed",
)
@pytest.mark.parametrize("size", [2, 3])
def test_mpi4py(size, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    environment = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    done = subprocess.run(
        ["mpirun", "-n", str(size), "--oversubscribe", "--bind-to", "none", sys.executable, "-m",
         "mpi4py", str(script), os.path.dirname(__file__)],
        env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == f"equal on {size}"
