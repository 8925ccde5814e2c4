#!/bin/bash
# Installs the wheel into a Debian root that has python3-numpy and nothing else, and computes there.
#
#   bare-root.sh WHEEL [MIRROR]     needs root and debootstrap; 350 MB and two minutes
set -euo pipefail
wheel=$(realpath "$1") mirror=("${@:2}")
root=$(mktemp -d)
trap 'rm -rf --one-file-system "$root"' EXIT
debootstrap --variant=minbase --include=python3-numpy bookworm "$root" "${mirror[@]}" \
  >"$root.log" 2>&1 || { tail "$root.log" >&2; exit 1; }
rm -f "$root.log"
mkdir "$root/contrastive"
python3 -m zipfile -e "$wheel" "$root/contrastive"
# No PATH, no /proc, no compiler, no Swift, no OpenBLAS.
chroot "$root" /usr/bin/env -i PYTHONPATH=/contrastive /usr/bin/python3 - <<'PYTHON'
import time

import numpy as np

start = time.perf_counter()
import contrastive as ct

seconds = time.perf_counter() - start
x = np.eye(40, 8, dtype=np.float32)
loss = ct.loss("infonce", queries=x[:8], keys=x[:8], bank=x, temperature=0.5).value
assert round(loss, 4) == 1.9849, loss
rng = np.random.default_rng(0)
rows = rng.standard_normal((3000, 32))
_, neighbors = ct.knn_graph(rows, 5, normalize=True)
assert neighbors.shape == (3000, 5)
assert len(set(ct.KMeans(8, random_state=0).fit(rows).labels_)) == 8
adapter = ct.adapt(rows, rows + 0.1, epochs=2)
assert adapter.transform(rows[:5]).shape == (5, 32)
print(f"contrastive {ct.__version__} imports in {1e3 * seconds:.0f} ms beyond numpy and computes")
PYTHON
