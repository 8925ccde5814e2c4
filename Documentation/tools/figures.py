"""Draws the pictures of Documentation from the results in the repository: `make figures`.

Needs nothing but Python.
"""

import sys

from figures_of_images import false_negatives, prototypes
from figures_of_learning import family, methods
from figures_of_speed import peers, roofline, scaling

if __name__ == "__main__":
    pictures = roofline, scaling, peers, methods, family, prototypes, false_negatives
    for draw in pictures:
        draw()
    names = ", ".join(draw.__name__ for draw in pictures)
    sys.stdout.write(f"Documentation/pictures: {names}\n")
