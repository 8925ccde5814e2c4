"""Pictures with images in them, from Benchmarks/results/exhibits.json (`make exhibits`)."""

from drawing import WIDTH, Drawing, results

SIZE = 36
STYLE = """
    .good { stroke: #1a7f37; stroke-width: 2; fill: none; }
    .bad { stroke: #cf222e; stroke-width: 2; fill: none; stroke-dasharray: 4 3; }
    .wrong { fill: #cf222e; font-weight: 700; stroke: #fff; stroke-width: 3; paint-order: stroke; }
    @media (prefers-color-scheme: dark) {
      .good { stroke: #3fb950; } .bad { stroke: #ff7b72; }
      .wrong { fill: #ff7b72; stroke: #0d1117; }
    }"""


class Strips:
    """Rows of images, which are parts of one picture."""

    def __init__(self, drawing, exhibit):
        self.drawing, self.exhibit = drawing, exhibit
        self.places = {image: place for place, image in enumerate(exhibit["images"])}
        height = 28 * len(self.places)
        drawing.parts.append(
            f'<defs><image id="images" width="28" height="{height}" '
            f'href="data:image/png;base64,{exhibit["pixels"]}" '
            'style="image-rendering: pixelated"/></defs>'
        )

    def label(self, image):
        return self.exhibit["labels"][self.places[image]]

    def image(self, image, x, y):
        self.drawing.parts.append(
            f'<svg x="{x:.1f}" y="{y:.1f}" width="{SIZE}" height="{SIZE}" '
            f'viewBox="0 {28 * self.places[image]} 28 28"><use href="#images"/></svg>'
        )

    def mark(self, x, y, is_right):
        """A solid frame, or a dashed one and a cross."""
        kind = "good" if is_right else "bad"
        self.drawing.parts.append(
            f'<rect x="{x - 1:.1f}" y="{y - 1:.1f}" width="{SIZE + 2}" height="{SIZE + 2}" '
            f'class="{kind}"/>'
        )
        if not is_right:
            self.drawing.text(x + SIZE - 3, y + 11, "✗", "wrong", "end")


def prototypes():
    """PCL's prototypes over epochs."""
    exhibit = results("exhibits.json")["prototypes"]
    epochs = exhibit["epochs"]
    shares = [100 * epoch["share_of_one_class"] for epoch in epochs]
    top, bottom, left, right = 50, 150, 44, WIDTH - 12
    strips = bottom + 56
    block = 26 + len(epochs[0]["shown"]) * (SIZE + 6) + 6
    drawing = Drawing(
        "PCL's prototypes over epochs",
        f"Of the nine training images nearest to each of {epochs[-1]['prototypes']} prototypes, "
        "the share of one class: "
        + ", ".join(f"epoch {e['epoch']} {s:.1f} %" for e, s in zip(epochs, shares))
        + "; below, images nearest to some prototypes.",
        strips + len(epochs) * block,
        STYLE,
    )
    drawing.text(0, 34, "nearest images of a prototype that are of one class, %", "note")
    least, most = 5 * (min(shares) // 5), 5 * (max(shares) // 5 + 1)
    first, last = epochs[0]["epoch"], epochs[-1]["epoch"]

    def place(epoch, share):
        return (
            left + (epoch - first) / max(last - first, 1) * (right - left),
            bottom - (share - least) / (most - least) * (bottom - top),
        )

    for share in range(int(least), int(most) + 1, 5):
        y = place(first, share)[1]
        drawing.path([(left, y), (right, y)], "line")
        drawing.text(left - 6, y + 4, f"{share}", "note", "end")
    for epoch in epochs:
        x = place(epoch["epoch"], least)[0]
        drawing.text(x, bottom + 16, str(epoch["epoch"]), "note", "middle")
    drawing.text(right, bottom + 32, "epoch", "note", "end")
    points = [place(epoch["epoch"], share) for epoch, share in zip(epochs, shares)]
    drawing.path(points, "as")
    for x, y in points:
        drawing.dot(x, y, "a")
    parts = Strips(drawing, exhibit)
    y = strips
    for epoch in epochs:
        drawing.text(0, y + 8, f"nearest to three prototypes after epoch {epoch['epoch']}")
        y += 20
        for row in epoch["shown"]:
            labels = [parts.label(image) for image in row]
            main = max(labels, key=labels.count)
            for number, image in enumerate(row):
                x = 2 + number * (SIZE + 10)
                parts.image(image, x, y)
                parts.mark(x, y, parts.label(image) == main)
            y += SIZE + 6
        y += 12
    drawing.write("prototypes")


def false_negatives():
    """What FNC takes for false negatives."""
    exhibit = results("exhibits.json")["false_negatives"]
    rows = exhibit["shown"]
    share = 100 * exhibit["of_one_class"] / exhibit["found"]
    drawing = Drawing(
        "False negatives found",
        f"FNC, without labels: {exhibit['found']} images of a batch found to show the same as an "
        f"anchor; {share:.1f} % are of its class. Some anchors, each with those found for it.",
        64 + len(rows) * (SIZE + 8) + 20,
        STYLE,
    )
    words = f"{share:.0f} % of {exhibit['found']} found without labels are of the anchor's class"
    drawing.text(0, 34, words, "note")
    drawing.text(2, 54, "anchor", "note")
    drawing.text(60, 54, "found in its batch", "note")
    parts = Strips(drawing, exhibit)
    for number, (anchor, *found) in enumerate(rows):
        y = 62 + number * (SIZE + 8)
        parts.image(anchor, 2, y)
        drawing.path([(48, y), (48, y + SIZE)], "link")
        for column, image in enumerate(found):
            x = 60 + column * (SIZE + 9)
            parts.image(image, x, y)
            parts.mark(x, y, parts.label(image) == parts.label(anchor))
    drawing.text(
        0, 74 + len(rows) * (SIZE + 8), "✗, dashed: of another class by the labels", "note"
    )
    drawing.write("false-negatives")
