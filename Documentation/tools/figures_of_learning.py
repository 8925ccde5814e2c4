"""Pictures of what is learned, and by which objective."""

import math

from drawing import WIDTH, Drawing, results


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
        84 + 20 * len(ordered),
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
    words = "points of kNN accuracy, Fashion-MNIST, 5 epochs"
    drawing.text(WIDTH - 4, 80 + 20 * len(ordered), words, "note", "end")
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
