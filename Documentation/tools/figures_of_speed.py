"""Pictures of time and memory, from Benchmarks/results/peers.json."""

import math

from drawing import WIDTH, Drawing, axes, results


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
        words = f"{row['of_sgemm']:.2f} · {row['gflops']:.0f} GFLOP/s"
        drawing.text(WIDTH - 4, y + 13, words, "note", "end")
    drawing.text(
        0,
        58 + 22 * len(ordered),
        "Above 1: counted operations are spared, or a product is faster than sgemm.",
        "note",
    )
    drawing.write("roofline")


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
        "torch-compiled": ("ring", "compiled"),
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
        92 + 20 * len(ordered),
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
                drawing.dot(place(value["ratio"]), y, kind[0], 4 if kind[0] == "ring" else 5)
    words = "times as long as ours, on a logarithmic scale"
    drawing.text(WIDTH - 4, 86 + 20 * len(ordered), words, "note", "end")
    drawing.write("peers")
