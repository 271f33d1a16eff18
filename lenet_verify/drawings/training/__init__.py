"""Pictures of a training run: its history, what it makes of samples, what it takes for what.

They are drawn from plain values, with the building blocks of the figure, and need nothing else.
"""

from __future__ import annotations

from lenet_verify.drawings.figure.picture import Picture
from lenet_verify.drawings.figure.svg import as_svg as _as_svg
from lenet_verify.drawings.figure.svg import as_svg_of_page as _as_svg_of_page
from lenet_verify.drawings.figure.svg import style as _style
from lenet_verify.drawings.training.confusion import MOST_CLASSES, confusion
from lenet_verify.drawings.training.curves import curves
from lenet_verify.drawings.training.look import TRAINING
from lenet_verify.drawings.training.samples import Sample, samples

__all__ = [
    "MOST_CLASSES", "Sample", "as_svg", "as_svg_of_page", "confusion", "curves", "samples", "style",
]  # fmt: skip


def as_svg(picture: Picture, theme: str = "auto") -> str:
    """The text of an SVG file.

    Args:
        picture: what there is to see.
        theme: `light`, `dark`, or `auto`: as its reader's system is.
    """
    return _as_svg(picture, theme, TRAINING)


def as_svg_of_page(picture: Picture, name: str) -> str:
    """The same as an element of a page, which has the `style` itself.

    Args:
        picture: what there is to see.
        name: of the picture, as no other of the page has it.
    """
    return _as_svg_of_page(picture, name, kind=TRAINING)


def style(theme: str = "auto") -> str:
    """The rules that a page with such pictures needs."""
    return "\n".join(_style(theme, TRAINING))
