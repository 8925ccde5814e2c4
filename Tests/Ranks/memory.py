"""The most memory that each process of a command holds: anonymous pages, and with those of files.

memory.py COMMAND…: mpirun -n 4 .build/ranks/contrastive loss infonce …, or the ordinary command.
Looks at the processes that the command starts every 10 ms.
"""

import pathlib
import re
import subprocess
import sys
import time

FIELDS = ("VmHWM", "RssAnon", "RssFile", "RssShmem")


def children(process):
    found = []
    for path in pathlib.Path(f"/proc/{process}/task").glob("*/children"):
        try:
            found += [int(child) for child in path.read_text().split()]
        except OSError:
            pass
    return found + [other for child in found for other in children(child)]


def status(process):
    text = pathlib.Path(f"/proc/{process}/status").read_text()
    found = {name: int(value) for name, value in re.findall(r"^(\w+):\s+(\d+) kB$", text, re.M)}
    return pathlib.Path(f"/proc/{process}/exe").readlink().name, found


most = {}
job = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
while job.poll() is None:
    for process in [job.pid] + children(job.pid):
        try:
            name, held = status(process)
        except OSError:
            continue
        if name != "contrastive":
            continue
        seen = most.setdefault(process, dict.fromkeys(FIELDS, 0))
        for field in FIELDS:
            seen[field] = max(seen[field], held.get(field, 0))
    time.sleep(0.01)
for process, seen in sorted(most.items()):
    print("  ".join(f"{field} {seen[field] / 1024:.0f} MiB" for field in FIELDS))
sys.exit(job.returncode)
