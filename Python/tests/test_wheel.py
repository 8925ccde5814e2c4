"""The wheel stands alone: nothing of Swift, no compiler and no BLAS of the system."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import contrastive

WHEELS = sorted((Path(__file__).parents[1] / "dist").glob("*.whl"))

SCRIPT = """
import numpy as np
before = {line.split()[-1] for line in open("/proc/self/maps") if "/" in line}
import contrastive as ct
x = np.eye(40, 8, dtype=np.float32)
print(round(ct.loss("infonce", queries=x[:8], keys=x[:8], bank=x, temperature=0.5).value, 4))
ct.KMeans(8).fit(x[:8])
after = {line.split()[-1] for line in open("/proc/self/maps") if "/" in line}
print("\\n".join(sorted(path for path in after - before if ".so" in path)))
"""


def test_in_an_empty_environment() -> None:
    """No PATH, no LD_LIBRARY_PATH; no Swift runtime and no BLAS of the system is loaded."""
    folder = str(Path(contrastive.__file__).parents[1])
    found = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {folder!r})\n{SCRIPT}"],
        env={}, capture_output=True, text=True, check=True,
    ).stdout.splitlines()
    assert found[0] == "1.9849"
    for path in found[1:]:
        name = Path(path).name
        assert not name.startswith(("libswift", "libFoundation", "libdispatch", "lib_")), path
        assert not name.startswith(("libopenblas", "liblapack", "libblas", "libgfortran")) or (
            "numpy" in path or "scipy" in path
        ), path
    assert any("libcontrastive.so" in path for path in found)


@pytest.mark.skipif(not WHEELS, reason="no wheel was built")
def test_size() -> None:
    # 12.6 MB.
    assert WHEELS[-1].stat().st_size <= 20_000_000
