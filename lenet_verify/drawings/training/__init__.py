"""Pictures of a training run: its history, what it makes of samples, what it takes for what.

They are drawn from plain values, with the building blocks of the figure, and need nothing else.
"""

from __future__ import annotations

from lenet_verify.drawings.figure.picture import Picture
from lenet_verify.drawings.figure.svg import as_svg as _as_svg
from lenet_verify.drawings.training.confusion import MOST_CLASSES, confusion
from lenet_verify.drawings.training.curves import curves
from lenet_verify.drawings.training.look import TRAINING
from lenet_verify.drawings.training.samples import Sample, samples

__all__ = ["MOST_CLASSES", "Sample", "as_svg", "confusion", "curves", "samples"]


def as_svg(picture: Picture, theme: str = "auto") -> str:
    """The text of an SVG file.

    Args:
        picture: what there is to see.
        theme: `light`, `dark`, or `auto`: as its reader's system is.
    """
    return _as_svg(picture, theme, TRAINING)
