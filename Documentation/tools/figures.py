"""Draws the pictures of Documentation from the results in the repository: `make figures`.

Each is one SVG with its own colors for light and dark, 380 wide, so that it is read on a phone as it
is. Needs nothing but Python.
"""

import json
import math
import os
import sys
from xml.sax.saxutils import escape

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WIDTH = 380
STYLE = """
    text { fill: #1f2328; font-size: 12.5px; }
    .title { font-size: 15px; font-weight: 600; }
    .note { fill: #59636e; font-size: 11.5px; }
    .line { stroke: #d1d9e0; stroke-width: 1; fill: none; }
    .box { fill: #f6f8fa; stroke: #8c959f; }
    .link { stroke: #8c959f; stroke-width: 1.5; fill: none; }
    .a { fill: #0969da; } .as { stroke: #0969da; stroke-width: 2; fill: none; }
    .b { fill: #bc4c00; } .bs { stroke: #bc4c00; stroke-width: 2; fill: none; stroke-dasharray: 5 3; }
    .c { fill: #8250df; } .cs { stroke: #8250df; stroke-width: 2; fill: none; stroke-dasharray: 2 3; }
    .soft { fill-opacity: 0.3; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; } .note { fill: #9198a1; }
      .line { stroke: #3d444d; } .box { fill: #161b22; stroke: #6e7681; } .link { stroke: #6e7681; }
      .a { fill: #58a6ff; } .as { stroke: #58a6ff; }
      .b { fill: #f0883e; } .bs { stroke: #f0883e; }
      .c { fill: #bc8cff; } .cs { stroke: #bc8cff; }
    }"""


class Drawing:
    def __init__(self, title, description, height):
        self.head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}"\n'
            f'  height="{height}" role="img"\n'
            f'  aria-labelledby="title description" font-family="system-ui, -apple-system, sans-serif">\n'
            f'  <title id="title">{escape(title)}</title>\n'
            f'  <desc id="description">{escape(description)}</desc>\n  <style>{STYLE}\n  </style>\n'
        )
        self.parts = []
        self.text(0, 16, title, "title")

    def text(self, x, y, words, kind="", anchor="start"):
        name = f' class="{kind}"' if kind else ""
        at = "" if anchor == "start" else f' text-anchor="{anchor}"'
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}"{name}{at}>{escape(words)}</text>')

    def bar(self, x, y, width, height, kind):
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{height:.1f}" class="{kind}"/>'
        )

    def dot(self, x, y, kind, radius=4):
        self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" class="{kind}"/>')

    def path(self, points, kind):
        words = " ".join(f"{x:.1f} {y:.1f}" for x, y in points)
        self.parts.append(f'<path d="M{words}" class="{kind}"/>')

    def write(self, name):
        with open(os.path.join(ROOT, "Documentation/pictures", name + ".svg"), "w") as file:
            file.write(self.head + "".join(f"  {part}\n" for part in self.parts) + "</svg>\n")


def results(name):
    with open(os.path.join(ROOT, "Benchmarks/results", name)) as file:
        return json.load(file)


def thousands(number):
    return f"{number:,.0f}"


def roofline():
    """How near each workload comes to the rate of the BLAS."""
    rows = {}
    for row in results("peers.json")["rows"]:
        if row.get("of_sgemm") and row["workload"] != "sgemm":
            rows[row["workload"]] = row  # of several sizes the largest, which is last
    ordered = sorted(rows.values(), key=lambda row: -row["of_sgemm"])
    drawing = Drawing(
        "Share of the BLAS's own rate",
        "Operations a second of each workload, of those of a large square product of "
        "matrices in the same run; "
        + ", ".join(f"{row['workload']} {row['of_sgemm']:.2f}" for row in ordered),
        62 + 22 * len(ordered),
    )
    scale = 140 / max(row["of_sgemm"] for row in ordered)
    one = 110 + scale
    drawing.text(one, 36, "1 = sgemm", "note", "middle")
    drawing.path([(one, 42), (one, 48 + 22 * len(ordered))], "line")
    for place, row in enumerate(ordered):
        y = 48 + 22 * place
        drawing.text(104, y + 13, row["workload"], anchor="end")
        drawing.bar(110, y + 2, scale * row["of_sgemm"], 15, "a soft")
        drawing.bar(108 + scale * row["of_sgemm"], y + 2, 3, 15, "a")
        drawing.text(
            118 + scale * row["of_sgemm"],
            y + 13,
            f"{row['of_sgemm']:.2f} · {row['gflops']:.0f} GFLOP/s",
            "note",
        )
    drawing.text(
        0,
        58 + 22 * len(ordered),
        "Above 1: bounds or symmetry spare operations that are counted.",
        "note",
    )
    drawing.write("roofline")


def axes(drawing, top, bottom, xs, ys, x_label):
    """Logarithmic axes; gives the place of a point."""
    left, right, first, last = 52, WIDTH - 24, min(ys), max(ys)

    def place(x, y):
        horizontal = (math.log(x) - math.log(xs[0])) / (math.log(xs[-1]) - math.log(xs[0]))
        vertical = (math.log(y) - math.log(first)) / (math.log(last) - math.log(first))
        return left + horizontal * (right - left), bottom - vertical * (bottom - top)

    for y, label in ys.items():
        drawing.text(left - 6, place(xs[0], y)[1] + 4, label, "note", "end")
        drawing.path([(left, place(xs[0], y)[1]), (right, place(xs[0], y)[1])], "line")
    for x in xs:
        drawing.text(place(x, first)[0], bottom + 16, thousands(x), "note", "middle")
    drawing.text(right, bottom + 32, x_label, "note", "end")
    return place


def scaling():
    """Memory and time as the batch grows."""
    rows = [row for row in results("peers.json")["rows"] if row["workload"] == "infonce-batch"]
    series = {"ours": [], "torch": [], "torch-compiled": [], "jax": []}
    for row in rows:
        size = int(row["size"].split("x")[0])
        series["ours"].append((size, row["ours_ms"], row["peak_mib"]))
        for peer, value in row["peers"].items():
            if peer in series and "ms" in value:
                series[peer].append((size, value["ms"], value["peak_mib"]))
    look = {"ours": ("as", "a", "ours"), "torch": ("bs", "b", "PyTorch"), "jax": ("cs", "c", "JAX")}
    drawing = Drawing(
        "Memory and time as the batch grows",
        "InfoNCE in the batch, value and both gradients, dimension 128: "
        + "; ".join(
            f"{words} "
            + ", ".join(f"{n:,} rows {mib:.0f} MiB, {ms:.0f} ms" for n, ms, mib in series[key])
            for key, (_, _, words) in look.items()
        ),
        470,
    )
    drawing.text(0, 34, "InfoNCE in the batch, both gradients, 128 dimensions, 2 cores", "note")
    x = 190
    for _, fill, words in look.values():
        drawing.dot(x, 52, fill)
        drawing.text(x + 8, 56, words, "note")
        x += 28 + 7 * len(words)
    sizes = [size for size, _, _ in series["ours"]]

    for top, column, ticks, label in (
        (
            64,
            2,
            {64: "64 MiB", 256: "256", 1024: "1 GiB", 4096: "4", 16384: "16 GiB"},
            "peak memory",
        ),
        (274, 1, {50: "50 ms", 500: "0.5 s", 5000: "5", 50000: "50 s"}, "time"),
    ):
        drawing.text(52, top - 8, label)
        place = axes(drawing, top, top + 140, sizes, ticks, "rows of the batch")
        for key, (line, fill, words) in look.items():
            points = [place(point[0], point[column]) for point in series[key]]
            drawing.path(points, line)
            for x, y in points:
                drawing.dot(x, y, fill)
        if column == 2:
            matrix = [place(size, min(16384, max(64, 4 * size * size / 2**20))) for size in sizes]
            drawing.path(matrix, "line")
            drawing.text(matrix[-1][0] - 8, matrix[-1][1] + 14, "the matrix alone", "note", "end")
    drawing.write("scaling")


def peers():
    """Their time over ours."""
    largest = {}
    for row in results("peers.json")["rows"]:
        timed = {peer: value for peer, value in row["peers"].items() if "ratio" in value}
        if timed and row["workload"] not in ("sgemm", "start-up", "train-epoch", "bank-enqueue"):
            largest[row["workload"]] = dict(row, peers=timed)
    names = {
        "torch": ("b", "PyTorch"),
        "torch-compiled": ("b soft", "compiled"),
        "jax": ("c", "JAX"),
        "faiss": ("a", "faiss"),
    }
    ordered = sorted(
        largest.values(), key=lambda row: -max(value["ratio"] for value in row["peers"].values())
    )
    drawing = Drawing(
        "Their time over ours",
        "; ".join(
            row["workload"]
            + " "
            + ", ".join(f"{peer} {value['ratio']:.1f}" for peer, value in row["peers"].items())
            for row in ordered
        ),
        74 + 20 * len(ordered),
    )
    x = 110
    for kind, words in names.values():
        drawing.dot(x, 34, kind, 5)
        drawing.text(x + 9, 38, words, "note")
        x += 26 + 7 * len(words)
    place = lambda ratio: 110 + 250 * math.log(max(ratio, 0.8) / 0.8) / math.log(22 / 0.8)
    for ratio in (1, 2, 5, 10, 20):
        drawing.path([(place(ratio), 50), (place(ratio), 54 + 20 * len(ordered))], "line")
        drawing.text(place(ratio), 68 + 20 * len(ordered), f"{ratio}", "note", "middle")
    for number, row in enumerate(ordered):
        y = 62 + 20 * number
        drawing.text(104, y + 4, row["workload"], anchor="end")
        for peer, value in row["peers"].items():
            kind = names.get(peer)
            if kind:
                drawing.dot(place(value["ratio"]), y, kind[0], 5)
    drawing.write("peers")


def methods():
    """What every method learns in five epochs."""
    found = {}
    for command, result in results("experiments.json").items():
        words = command.split()
        plain = set(words) <= {
            "train",
            "--method",
            words[2],
            "--epochs",
            "5",
            "--limit",
            "10000",
            "--seed",
            "0",
        }
        if plain and "training" in result:
            training = result["training"]
            above = 100 * (training["knn_accuracy"] - training["random_encoder_knn_accuracy"])
            found.setdefault(words[2], {})[training["images"]] = above
    ordered = sorted(
        (name for name in found if len(found[name]) == 2), key=lambda name: -found[name][60000]
    )
    drawing = Drawing(
        "Points above the untrained encoder",
        "kNN accuracy on Fashion-MNIST after five epochs: "
        + "; ".join(
            f"{name} {found[name][10000]:+.1f} of 10,000 images, {found[name][60000]:+.1f} "
            "of 60,000"
            for name in ordered
        ),
        66 + 20 * len(ordered),
    )
    for x, kind, words in ((104, "b", "10,000 images"), (214, "a", "60,000 images")):
        drawing.dot(x, 34, kind, 5)
        drawing.text(x + 9, 38, words, "note")
    place = lambda points: 104 + 29 * points
    for points in (0, 2, 4, 6, 8):
        drawing.path([(place(points), 48), (place(points), 50 + 20 * len(ordered))], "line")
        drawing.text(place(points), 64 + 20 * len(ordered), f"{points}", "note", "middle")
    for number, name in enumerate(ordered):
        y, values = 58 + 20 * number, found[name]
        drawing.text(98, y + 4, name, anchor="end")
        drawing.path([(place(values[10000]), y), (place(values[60000]), y)], "link")
        drawing.dot(place(values[10000]), y, "b", 5)
        drawing.dot(place(values[60000]), y, "a", 5)
    drawing.write("methods")


FAMILY = [
    (
        "views of a batch",
        ["NTXent", "Decoupled", "HCL", "DCL", "FNC", "SupCon"],
        "all other rows are negatives",
    ),
    (
        "keys and a bank",
        ["InfoNCE", "MoCHi", "CNS", "InstDisc", "InvP", "LooC"],
        "earlier keys are negatives",
    ),
    ("pairs of two kinds", ["InfoNCE (CLIP)", "SigLIP"], "the other pairs are negatives"),
    ("prototypes", ["ProtoNCE", "HCSC", "SwAV"], "other prototypes are negatives"),
    ("soft targets", ["ReSSL", "SCE"], "relations are the target"),
    ("no negatives", ["BYOL", "SimSiam"], "a prediction of the other view"),
]


def family():
    """Which objective compares what."""
    rows = [(name, members, note, math.ceil(len(members) / 3)) for name, members, note in FAMILY]
    height = 40 + sum(48 + 32 * lines for _, _, _, lines in rows)
    drawing = Drawing(
        "The family of objectives",
        "; ".join(f"{name}: {', '.join(members)}" for name, members, _ in FAMILY),
        height,
    )
    y = 40
    for name, members, note, lines in rows:
        drawing.path([(6, y), (6, y + 20 + 32 * lines)], "as")
        drawing.text(18, y + 8, name)
        drawing.text(WIDTH - 4, y + 8, note, "note", "end")
        for number, member in enumerate(members):
            x, row = 18 + 120 * (number % 3), y + 18 + 32 * (number // 3)
            drawing.bar(x, row, 112, 25, "box")
            drawing.text(x + 56, row + 17, member, anchor="middle")
        y += 48 + 32 * lines
    drawing.write("family")


if __name__ == "__main__":
    for draw in roofline, scaling, peers, methods, family:
        draw()
    sys.stdout.write("Documentation/pictures: roofline, scaling, peers, methods, family\n")
