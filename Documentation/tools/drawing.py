"""One picture of Documentation: an SVG with its own colors for light and dark, 380 wide, so that it
is read on a phone as it is.
"""

import json
import math
import os
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
    .b { fill: #bc4c00; } .bs { stroke: #bc4c00; stroke-width: 2; fill: none; \
stroke-dasharray: 5 3; }
    .c { fill: #8250df; } .cs { stroke: #8250df; stroke-width: 2; fill: none; \
stroke-dasharray: 2 3; }
    .ring { fill: none; stroke: #bc4c00; stroke-width: 2; }
    .soft { fill-opacity: 0.3; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; } .note { fill: #9198a1; }
      .line { stroke: #3d444d; } .box { fill: #161b22; stroke: #6e7681; } .link { stroke: #6e7681; }
      .a { fill: #58a6ff; } .as { stroke: #58a6ff; }
      .b { fill: #f0883e; } .bs, .ring { stroke: #f0883e; }
      .c { fill: #bc8cff; } .cs { stroke: #bc8cff; }
    }"""


class Drawing:
    def __init__(self, title, description, height, style=""):
        self.head = (
            '<svg xmlns="http://www.w3.org/2000/svg" '
            f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}"\n'
            f'  height="{height}" role="img"\n'
            '  aria-labelledby="title description" '
            'font-family="system-ui, -apple-system, sans-serif">\n'
            f'  <title id="title">{escape(title)}</title>\n'
            f'  <desc id="description">{escape(description)}</desc>\n'
            f"  <style>{STYLE}{style}\n  </style>\n"
        )
        self.parts = []
        self.text(0, 16, title, "title")

    def text(self, x, y, words, kind="", anchor="start"):
        name = f' class="{kind}"' if kind else ""
        at = "" if anchor == "start" else f' text-anchor="{anchor}"'
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}"{name}{at}>{escape(words)}</text>')

    def bar(self, x, y, width, height, kind):
        size = f'width="{max(width, 0):.1f}" height="{height:.1f}"'
        self.parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" {size} class="{kind}"/>')

    def dot(self, x, y, kind, radius=4):
        self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" class="{kind}"/>')

    def path(self, points, kind):
        words = " ".join(f"{x:.1f} {y:.1f}" for x, y in points)
        self.parts.append(f'<path d="M{words}" class="{kind}"/>')

    def write(self, name):
        with open(os.path.join(ROOT, "Documentation/pictures", name + ".svg"), "w") as file:
            file.write(self.head + "".join(f"  {part}\n" for part in self.parts) + "</svg>\n")


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


def results(name):
    with open(os.path.join(ROOT, "Benchmarks/results", name)) as file:
        return json.load(file)


def thousands(number):
    return f"{number:,.0f}"
