"""What a run found: lines for people, a JSON file, a Markdown table."""

import importlib.metadata
import json
import os
import platform
import subprocess

NAMES = {
    "torch": "PyTorch",
    "torch-compiled": "PyTorch compiled",
    "jax": "JAX jit",
    "metric-learning": "pytorch-metric-learning",
    "faiss": "faiss",
    "faiss-super": "faiss SuperKMeans",
    "sklearn": "scikit-learn",
}
LINE_HEADER = (
    f"{'workload':<14}{'size':<30}{'peer':<18}{'ours ms':>10}{'theirs ms':>11}{'ratio':>8}"
    f"  {'spread':<16}{'peak MiB':>10}{'theirs':>9}{'GFLOP/s':>9}{'of sgemm':>9}"
    f"{'value':>9}{'gradient':>9}"
)
START, END = "<!-- bench-peers -->", "<!-- /bench-peers -->"


def lines(row):
    rates = f"{row['gflops']:>9.1f}{row['of_sgemm']:>9.2f}" if "gflops" in row else " " * 18
    head = f"{row['workload']:<14}{row['size']:<30}"
    ours, peak = f"{row['ours_ms']:>10.2f}", f"{row.get('peak_mib', 0):>10.0f}"
    text = []
    for peer, found in row["peers"].items():
        if "ratio" not in found:
            text.append(f"{head}{peer:<18}{ours}  {found['problem']}")
            continue
        spread = f"{found['lowest']:.2f} - {found['highest']:.2f}"
        apart = f"{found.get('value_apart', 0):>9.0e}{found.get('matrix_apart', 0):>9.0e}"
        text.append(
            f"{head}{peer:<18}{ours}{found['ms']:>11.2f}{found['ratio']:>8.2f}  {spread:<16}{peak}"
            f"{found.get('peak_mib', 0):>9.0f}{rates}{apart}"
        )
    return "\n".join(text) or f"{head}{'':<18}{ours}{'':>37}{peak}{'':>9}{rates}"


def processor():
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


class Results:
    """Rows by workload and size; a run replaces those that it measured and keeps the others."""

    def __init__(self, path):
        self.path = path
        self.rows, self.machine = {}, {}
        if os.path.exists(path):
            with open(path) as file:
                found = json.load(file)
            self.rows = {(r["workload"], r["size"]): r for r in found["rows"]}

    def describe(self, options, environment):
        packages = ["torch", "jax", "faiss-cpu", "pytorch-metric-learning", "scikit-learn", "numpy"]
        self.machine = {
            "processor": processor(),
            "threads": options.threads,
            "versions": {p: version(p) for p in packages if version(p)},
        }
        if options.command:
            doctor = subprocess.run(
                [options.command, "doctor"], capture_output=True, text=True, env=environment
            )
            for line in doctor.stdout.splitlines():
                if "OpenBLAS" in line or "core" in line.lower():
                    self.machine.setdefault("blas", []).append(line.strip())

    def add(self, row):
        self.rows[row["workload"], row["size"]] = row

    def save(self):
        text = {"machine": self.machine, "rows": list(self.rows.values())}
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        with open(self.path, "w") as file:
            json.dump(text, file, indent=1)
            file.write("\n")

    def slower(self):
        for row in self.rows.values():
            for peer, found in row["peers"].items():
                if found.get("ratio", 1) < 1:
                    yield f"{row['workload']} {row['size']}: {peer}, {found['ratio']:.2f}"

    def markdown(self):
        versions = ", ".join(f"{k} {v}" for k, v in self.machine["versions"].items())
        blas = "; ".join(" ".join(line.split()) for line in self.machine.get("blas", []))
        dates = sorted({row.get("date", "") for row in self.rows.values()})
        text = [
            f"{dates[-1]}, {self.machine['processor']}, {self.machine['threads']} threads. {blas}.",
            f"{versions}.",
            "",
            "| workload | size | ours ms | GFLOP/s | of sgemm | MiB | theirs over ours |",
            "|---|---|---:|---:|---:|---:|---|",
        ]
        notes = []
        for row in self.rows.values():
            cells = []
            for peer, found in row["peers"].items():
                name = NAMES.get(peer, peer)
                if "ratio" in found:
                    ratio = f"{found['ratio']:.{0 if found['ratio'] >= 9.95 else 1}f}"
                    mark = "**" if found["ratio"] < 1 else ""
                    memory = f"; {found['peak_mib']:.0f} MiB" if "peak_mib" in found else ""
                    spread = f"{found['lowest']:.1f}–{found['highest']:.1f}{memory}"
                    cells.append(f"{mark}{name} {ratio}{mark} ({spread})")
                else:
                    notes.append(f"{name} on `{row['workload']}` {row['size']}: {found['problem']}")
            rates = (
                f"{row['gflops']:.0f} | {row['of_sgemm']:.2f}" if "gflops" in row else " | "
            )
            memory = f"{row['peak_mib']:.0f}" if "peak_mib" in row else ""
            text.append(
                f"| `{row['workload']}` | {row['size'].replace('x', ' × ')} | {row['ours_ms']:.3g}"
                f" | {rates} | {memory} | {'; '.join(cells)} |"
            )
        if notes:
            text += ["", "Not listed: " + "; ".join(notes) + "."]
        return "\n".join(text) + "\n"


def insert(table, path):
    """Replaces the marked block of a file, if it has one."""
    with open(path) as file:
        text = file.read()
    if START not in text or END not in text:
        return
    head, rest = text.split(START, 1)
    with open(path, "w") as file:
        file.write(head + START + "\n" + table + END + rest.split(END, 1)[1])
